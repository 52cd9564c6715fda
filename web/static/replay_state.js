/* What is shown of the first contest, followed over the connection of whoever drives the replay.
   Know before changing: a change is taken only if it follows on from what is held; else the contest is asked for anew.
   Going back is another epoch, and within one no older version may come: the newest of each is remembered. */

import { merge, stateHash } from "./hash.js";

const SUB = "a";

export class Shown {
  constructor(link, contest) {
    Object.assign(this, { link, contest, now: null, parts: null, hash: null, newest: new Map(), older: 0, whole: 0 });
  }

  ask() {
    this.parts = this.error = null;
    this.link.send({ t: "subscribe", sub: SUB, contest: this.contest });
  }

  /* Takes a frame; true if what is shown is another now. An error stays until it is asked for anew. */
  take(frame) {
    if (frame.sub !== SUB) return false;
    if (frame.t === "error") this.error = frame;
    if (frame.t === "snapshot") return this.snapshot(frame);
    if (frame.t !== "change" || !this.now) return false;
    if (frame.epoch !== this.now.epoch || frame.prev !== this.now.version) {
      this.ask();
      return false;
    }
    return this.put({ ...merge(this.now, frame.d), epoch: frame.epoch, version: frame.version });
  }

  snapshot({ epoch, version, part = 1, parts = 1, d }) {
    this.parts = part > 1 ? merge(this.parts, d) : d;
    if (part < parts) return false;
    this.whole = performance.now();
    return this.put({ ...this.parts, epoch, version });
  }

  put(next) {
    const { epoch, version } = next;
    if (version < (this.newest.get(epoch) ?? 0)) this.older += 1;
    this.newest.set(epoch, Math.max(version, this.newest.get(epoch) ?? 0));
    this.now = next;
    this.hash = null;
    return true;
  }

  /* Whether what is held here is what the server says that it is. */
  proven() {
    if (!this.now?.hash || !this.now.areas) return null;
    this.hash ??= stateHash(this.now);
    return this.hash === this.now.hash;
  }
}
