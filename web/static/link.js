/* Keeps the newest state coming: over the socket, and by asking for the snapshot when no socket can be had.
   Know before changing: a change is taken only if it follows on from what is held (prev); anything else, a gap or a
   hash that differs, is answered by subscribing anew, never by guessing. What is held is what the frames have led to;
   what is shown of it (store.latest) is newer while a gateway lags behind the one that was left. The vectors in
   tests/web/vectors/protocol-*.json hold this and web/viewer.py to the same answers. */

import { Dial, NO_RETURN_CODE } from "./dial.js";
import { merge, stateHash } from "./hash.js";

const POLL_MS = 5000;
const POLL_WITHIN_MS = 10000;
/* What a tag ends with while the gateway cannot read its store; a cache may have made it a weak one. */
const STALE = ':stale"';
const FAILURES_BEFORE_POLLING = 3;
const MISMATCHES_MAX = 3;
const TAKES = ["hello", "snapshot", "resumed", "change", "beat", "bye", "error"];

export class Link extends Dial {
  constructor(store, contest, fits, sub = "a") {
    super();
    Object.assign(this, { store, contest, fits, sub, state: "connecting", tries: 0, nextTryAt: 0, stale: null, offset: 0,
      held: null, resume: "", tried: "", waiting: true, refused: false, parts: null, next: null, etag: null, polling: null,
      mismatches: 0, checked: null });
  }

  start() {
    this.connect();
    this.comeBack();
  }

  become(state) {
    if (this.state === state) return;
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }

  lost(socket, code) {
    if (socket !== this.socket) return;
    this.socket = null;
    clearTimeout(this.timer);
    this.tries += 1;
    if (this.tries >= FAILURES_BEFORE_POLLING || code >= NO_RETURN_CODE) this.poll();
    if (!this.polling) this.become("reconnecting");
    if (code >= NO_RETURN_CODE && code < 5000) return;
    this.later();
  }

  subscribe() {
    this.waiting = true;
    this.refused = false;
    this.next = null;
    this.send({ t: "subscribe", sub: this.sub, contest: this.contest, source: this.source, ...(this.resume && { resume: this.resume }) });
  }

  /* Lost track: from where it stands, if the server can still say what followed; the string is tried once for that. */
  again(resume = this.resume) {
    this.resume = this.tried = resume === this.tried ? "" : resume;
    this.subscribe();
  }

  take(frame, socket) {
    if (socket === this.socket && (frame.sub ?? this.sub) === this.sub && TAKES.includes(frame.t)) this[frame.t](frame);
    this.beside?.take(frame, socket);
  }

  /* Each connection begins with it: the gateway behind this one may lag behind the one before. */
  hello(frame) {
    this.here = false;
    super.hello(frame);
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
    super.beat(frame);
    const hash = frame.hash?.[this.sub];
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

  /* One after the other, so that none overtakes a newer one; on a line that swallows them each is given up after a while,
     and what is shown may be old from then on. */
  poll() {
    if (this.polling) return;
    let asking = false;
    const ask = async () => {
      if (asking) return;
      asking = true;
      const control = new AbortController();
      const limit = setTimeout(() => control.abort(), POLL_WITHIN_MS);
      try {
        const headers = this.etag ? { "If-None-Match": this.etag } : {};
        const address = `/snapshot/${encodeURIComponent(this.contest)}.json${this.query ?? ""}`;
        const answer = await fetch(address, { headers, cache: "no-store", signal: control.signal });
        const whole = answer.status === 200 && (await answer.json());
        if (this.polling !== mine) return;
        if (whole) {
          this.etag = answer.headers.get("ETag");
          this.offer(whole);
        }
        this.stale = answer.headers.get("ETag")?.endsWith(STALE) ? (this.stale ?? { seconds: 0, at: performance.now() }) : null;
        this.become(answer.ok || answer.status === 304 ? "polling" : "reconnecting");
      } catch {
        if (this.polling === mine) this.become("reconnecting");
      } finally {
        clearTimeout(limit);
        asking = false;
      }
    };
    const mine = setInterval(ask, POLL_MS);
    this.polling = mine;
    ask();
  }

  stopPolling() {
    clearInterval(this.polling);
    this.polling = null;
  }
}
