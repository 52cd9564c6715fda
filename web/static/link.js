/* Keeps the newest state coming: over the socket, and by asking for the snapshot when no socket can be had.
   Know before changing: a change is taken only if it follows on from what is held (prev); anything else, a gap or a
   hash that differs, is answered by asking for a fresh snapshot, never by guessing. */

import { merge, stateHash } from "./hash.js";

const SUB = "a";
const RETRY_MS = 500;
const RETRY_MAX_MS = 15000;
const POLL_MS = 5000;
const FAILURES_BEFORE_POLLING = 3;
const NO_RETURN_CODE = 3500;

export class Link extends EventTarget {
  constructor(store, contest, fits) {
    super();
    Object.assign(this, { store, contest, fits, state: "connecting", tries: 0, nextTryAt: 0, stale: null,
      offset: 0, waiting: true, parts: null, etag: null, polling: null, mismatches: 0, checked: null });
  }

  start() {
    this.connect();
    addEventListener("online", () => this.retryNow());
    addEventListener("pageshow", (event) => event.persisted && this.retryNow());
  }

  become(state) {
    if (this.state === state) return;
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }

  connect() {
    const url = new URL("/ws", location.href);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(url);
    this.socket = socket;
    this.waiting = true;
    this.watch(socket, 10);
    socket.onmessage = (event) => {
      this.watch(socket, this.quiet ?? 30);
      this.take(JSON.parse(event.data), socket);
    };
    socket.onclose = (event) => this.lost(socket, event.code);
  }

  /* A socket that says nothing for too long is treated as gone. */
  watch(socket, seconds) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      socket.close();
      this.lost(socket, 1006);
    }, seconds * 1000);
  }

  lost(socket, code) {
    if (socket !== this.socket) return;
    this.socket = null;
    clearTimeout(this.timer);
    this.tries += 1;
    if (this.tries >= FAILURES_BEFORE_POLLING || code >= NO_RETURN_CODE) this.poll();
    if (!this.polling) this.become("reconnecting");
    if (code >= NO_RETURN_CODE && code < 5000) return;
    const back = Math.min(RETRY_MS * 2 ** (this.tries - 1), RETRY_MAX_MS);
    const wait = this.asked ?? back * (0.5 + Math.random());
    this.asked = null;
    this.nextTryAt = performance.now() + wait;
    this.retry = setTimeout(() => this.connect(), wait);
  }

  retryNow() {
    if (this.socket) return;
    clearTimeout(this.retry);
    this.connect();
  }

  send(frame) {
    this.socket.send(JSON.stringify(frame));
  }

  subscribe() {
    this.waiting = true;
    this.parts = null;
    this.send({ t: "subscribe", sub: SUB, contest: this.contest });
  }

  take(frame, socket) {
    if (socket !== this.socket) return;
    if (frame.t === "hello") this.hello(frame);
    else if (frame.t === "snapshot" && frame.sub === SUB) this.snapshot(frame);
    else if (frame.t === "change" && frame.sub === SUB) this.change(frame);
    else if (frame.t === "beat") this.beat(frame);
    else if (frame.t === "bye") this.bye(frame);
    else if (frame.t === "error" && !frame.temporary) this.poll();
  }

  hello(frame) {
    this.quiet = Math.max(5, 2.5 * (frame.heartbeat_s ?? 10));
    this.subscribe();
  }

  snapshot(frame) {
    this.parts = merge(this.parts ?? {}, frame.d);
    if ((frame.part ?? 1) < (frame.parts ?? 1)) return;
    const whole = { ...this.parts, epoch: frame.epoch, version: frame.version };
    this.parts = null;
    this.waiting = false;
    this.tries = 0;
    this.stopPolling();
    this.become("open");
    this.offer(whole);
  }

  offer(snapshot) {
    if (this.fits(snapshot)) this.store.put(snapshot);
  }

  change(frame) {
    const held = this.store.latest;
    if (this.waiting || !held) return;
    if (frame.epoch !== undefined && frame.epoch !== held.epoch) return void this.subscribe();
    if (frame.version <= held.version) return;
    if (frame.prev !== held.version) return void this.subscribe();
    this.store.patch(frame.d, frame.version);
  }

  beat(frame) {
    if (frame.at) this.offset = Date.parse(frame.at) - Date.now();
    this.stale = frame.stale_s == null ? null : { seconds: frame.stale_s, at: performance.now() };
    const held = this.store.latest;
    const hash = frame.hash?.[SUB];
    if (this.waiting || !held) return;
    const version = frame.versions?.[this.contest];
    if (version > held.version + 1 && this.seen === held.version) return void this.subscribe();
    this.seen = held.version;
    if (!hash || version !== held.version) return;
    this.checked = { version, hash, equal: stateHash(held) === hash };
    if (this.checked.equal) this.mismatches = 0;
    else if ((this.mismatches += 1) <= 3) this.subscribe();
  }

  bye(frame) {
    const [low, high] = frame.reconnect_after_ms ?? [RETRY_MS, 4 * RETRY_MS];
    this.asked = low + Math.random() * (high - low);
  }

  poll() {
    if (this.polling) return;
    const ask = async () => {
      try {
        const headers = this.etag ? { "If-None-Match": this.etag } : {};
        const answer = await fetch(`/snapshot/${encodeURIComponent(this.contest)}.json`, { headers, cache: "no-store" });
        if (!this.polling) return;
        if (answer.status === 200) {
          this.etag = answer.headers.get("ETag");
          const whole = await answer.json();
          if (this.polling) this.offer(whole);
        }
        this.become(answer.ok || answer.status === 304 ? "polling" : "reconnecting");
      } catch {
        if (this.polling) this.become("reconnecting");
      }
    };
    this.polling = setInterval(ask, POLL_MS);
    ask();
  }

  stopPolling() {
    clearInterval(this.polling);
    this.polling = null;
  }
}
