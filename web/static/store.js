/* Holds the newest snapshot, marks which places it changed, and paints once per animation frame at most.
   Know before changing: what is held and what is painted are two things; a paused or hidden page holds the newest and
   paints nothing, and an older version is never taken within one epoch. The places may be painted from another count
   (source.js): `there` and `by` are what they are painted from, `painted` and `face` always the night's own. */

import { faceOf } from "./face.js";
import { merge } from "./hash.js";
import { areaValues, sumValues } from "./rows.js";
import { topValues } from "./view.js";

const CHANGED_MS = 2000;
const isOpen = (s) => (s.embargo?.state ?? "open") === "open";

export class Store extends EventTarget {
  constructor(binding, words, more) {
    super();
    this.binding = binding;
    this.words = words;
    this.more = more;
    this.latest = this.other = null;
    this.left = new Set();
    this.face = null;
    this.dirty = new Set();
    this.all = true;
    this.every = 0;
    this.paused = false;
    this.behind = 0;
    this.waiting = false;
    this.paintedAt = -Infinity;
    this.paints = 0;
    this.lastPaintMs = 0;
    this.changedAt = null;
    this.heldAt = null;
    document.addEventListener("visibilitychange", () => this.ask());
  }

  /* Whether showing it would be going back: by version, by an embargo that was open, or to an epoch that is over. */
  isOlder(s) {
    const held = this.latest;
    if (held?.epoch !== s.epoch) return this.left.has(s.epoch);
    return s.version < held.version || (s.version === held.version && isOpen(held) && !isOpen(s));
  }

  /* A whole snapshot; false if it is older than what is held. */
  put(snapshot) {
    const held = this.latest;
    if (this.isOlder(snapshot)) return false;
    if (held && (held.version !== snapshot.version || held.epoch !== snapshot.epoch)) this.noteChange();
    this.latest = snapshot;
    this.heldAt ??= performance.now();
    this.all = true;
    this.ask();
    return true;
  }

  /* What changed since the version that is held. */
  patch(change, version) {
    this.latest = merge(this.latest, change);
    this.latest.version = version;
    for (const area in change.areas ?? {}) this.dirty.add(area);
    this.noteChange();
    this.ask();
  }

  noteChange() {
    this.changedAt = performance.now();
    if (this.paused) this.behind += 1;
    this.dispatchEvent(new Event("news"));
  }

  pause(yes) {
    this.paused = yes;
    this.behind = 0;
    this.dispatchEvent(new Event("pause"));
    this.ask();
  }

  ask() {
    if (this.waiting || this.paused || document.hidden || !this.latest) return;
    if (!this.all && !this.dirty.size && this.face && this.painted === this.latest) return;
    this.waiting = true;
    const rest = this.every - (performance.now() - this.paintedAt);
    if (rest > 20) setTimeout(() => this.frame(), rest);
    else this.frame();
  }

  frame() {
    requestAnimationFrame(() => {
      this.waiting = false;
      if (!this.paused && !document.hidden) this.paint();
    });
  }

  paint() {
    const began = performance.now();
    const s = this.latest;
    const before = this.by;
    const face = faceOf(s);
    const values = topValues(s, face, this.words, this.more);
    this.choose(s, face);
    const { there, by } = this;
    this.binding.putTop(Object.assign(values, sumValues(there, by, this.words)));
    document.title = values["doc.title"];
    const whole = this.all || !before || before.phase !== by.phase || before.scale !== by.scale;
    const changed = [];
    for (const area of whole ? by.areas : this.dirty) {
      if (there.areas[area]?.level === by.level && this.binding.putArea(area, areaValues(there, by, area, this.words))) changed.push(area);
    }
    Object.assign(this, { face, painted: s, all: false, paintedAt: began });
    this.dirty.clear();
    if (before && before.phase === by.phase) this.mark(changed);
    this.paints += 1;
    this.dispatchEvent(new CustomEvent("paint", { detail: { first: !before } }));
    this.lastPaintMs = performance.now() - began;
  }

  /* What the places are painted from: another count only where a lead may be said by the night's own. */
  choose(s, face) {
    this.there = (face.phase === "open" && this.other) || s;
    this.by = this.there === s ? face : faceOf(this.there);
  }

  /* A changed place wears a border for two seconds; one timer clears them all. */
  mark(changed) {
    this.marked ??= new Map();
    const until = performance.now() + CHANGED_MS;
    for (const area of changed) {
      if (!this.marked.has(area)) for (const node of this.nodes(area)) node.classList.add("changed");
      this.marked.set(area, until);
    }
    if (this.marked.size) this.clearing ??= setTimeout(() => this.clear(), CHANGED_MS);
  }

  clear() {
    const now = performance.now();
    for (const [area, until] of this.marked) {
      if (until > now + 20) continue;
      for (const node of this.nodes(area)) node.classList.remove("changed");
      this.marked.delete(area);
    }
    this.clearing = this.marked.size ? setTimeout(() => this.clear(), 200) : null;
  }

  nodes(area) {
    if (!this.places) {
      this.places = new Map();
      for (const node of document.querySelectorAll("[data-area]")) {
        const { area: id } = node.dataset;
        this.places.set(id, [...(this.places.get(id) ?? []), node.closest("li, tr, g")]);
      }
    }
    return this.places.get(area) ?? [];
  }
}
