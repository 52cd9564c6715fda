/* Keeps the newest state coming: over the socket, and by asking for the snapshot when no socket can be had.
   Know before changing: a change is taken only if it follows on from what is held (prev); anything else, a gap or a
   hash that differs, is answered by subscribing anew, never by guessing. What is held is what the frames have led to;
   what is shown of it (store.latest) is newer while a gateway lags behind the one that was left. The vectors in
   tests/web/vectors/protocol-*.json hold this and web/viewer.py to the same answers. */

import { merge, stateHash } from "./hash.js";

const SUB = "a";
const RETRY_MS = 500;
const RETRY_MAX_MS = 15000;
const POLL_MS = 5000;
const FAILURES_BEFORE_POLLING = 3;
const NO_RETURN_CODE = 3500;
const MISMATCHES_MAX = 3;
const TAKES = ["hello", "snapshot", "resumed", "change", "beat", "bye", "error"];

export class Link extends EventTarget {
  constructor(store, contest, fits) {
    super();
    Object.assign(this, { store, contest, fits, state: "connecting", tries: 0, nextTryAt: 0, stale: null, offset: 0,
      held: null, resume: "", tried: "", waiting: true, refused: false, parts: null, next: null, etag: null, polling: null,
      mismatches: 0, checked: null });
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
    this.here = false;
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
    const back = Math.min(RETRY_MS * 2 ** (this.tries - 1), RETRY_MAX_MS / 2);
    const wait = this.asked ?? back * (1 + Math.random());
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
    this.refused = false;
    this.next = null;
    this.send({ t: "subscribe", sub: SUB, contest: this.contest, ...(this.resume && { resume: this.resume }) });
  }

  /* Lost track: from where it stands, if the server can still say what followed; the string is tried once for that. */
  again(resume = this.resume) {
    this.resume = this.tried = resume === this.tried ? "" : resume;
    this.subscribe();
  }

  take(frame, socket) {
    if (socket !== this.socket || (frame.sub ?? SUB) !== SUB) return;
    if (TAKES.includes(frame.t)) this[frame.t](frame);
  }

  hello(frame) {
    this.quiet = Math.max(5, 3 * (frame.heartbeat_s ?? 10));
    this.subscribe();
  }

  snapshot({ epoch, version, part = 1, parts = 1, resume = "", d }) {
    const place = (number) => `${epoch} ${version} ${number}`;
    if (part > 1 && this.next !== place(part)) {
      if (!this.waiting || this.next) this.again();
      return;
    }
    this.parts = part > 1 ? merge(this.parts, d) : d;
    this.next = place(part + 1);
    this.waiting = true;
    if (part < parts) return;
    if (this.here && this.held.epoch !== epoch) {
      this.store.left.add(this.held.epoch);
      this.store.left.delete(epoch);
    }
    this.held = { ...this.parts, epoch, version };
    this.resume = resume;
    this.parts = this.next = null;
    this.whole();
    this.offer(this.held);
  }

  resumed({ epoch, version }) {
    if (epoch !== this.held?.epoch || version !== this.held.version) return this.again("");
    this.whole();
  }

  /* From here on another epoch on this connection is a newer one. */
  whole() {
    this.here = true;
    this.waiting = false;
    this.tries = 0;
    this.stopPolling();
    this.become("open");
  }

  offer(snapshot) {
    if (this.fits(snapshot)) this.store.put(snapshot);
  }

  change({ epoch, version, prev, resume = "", d }) {
    if (this.waiting) return;
    if (epoch !== this.held.epoch || prev !== this.held.version) return this.again();
    this.resume = resume;
    if (this.held === this.store.latest) {
      this.store.patch(d, version);
      this.held = this.store.latest;
    } else {
      this.held = { ...merge(this.held, d), version };
      this.offer(this.held);
    }
  }

  beat(frame) {
    if (frame.at) this.offset = Date.parse(frame.at) - Date.now();
    this.stale = frame.stale_s == null ? null : { seconds: frame.stale_s, at: performance.now() };
    const hash = frame.hash?.[SUB];
    if (this.waiting) {
      if (this.refused) this.subscribe();
    } else if (hash) {
      const { version } = this.held;
      this.checked = { version, hash, equal: stateHash(this.held) === hash };
      if (this.checked.equal) this.mismatches = 0;
      else if ((this.mismatches += 1) <= MISMATCHES_MAX) this.again("");
    }
  }

  error(frame) {
    if (frame.temporary) this.refused = true;
    else this.poll();
  }

  bye(frame) {
    const [low, high] = frame.reconnect_after_ms ?? [];
    if (high) this.asked = low + Math.random() * (high - low);
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
