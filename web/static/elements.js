/* The parts of the page that do something: status line, controls, countdown, tiles, and the spoken sentence.
   Know before changing: they renew what the server sent and build almost nothing; numbers are never live regions,
   and one sentence is spoken at most every thirty seconds. */

import { asOf } from "./address.js";
import { votesIn } from "./face.js";
import { areaValues, moved, parentDay, sumValues, view, whose } from "./rows.js";
import { alerts, short } from "./story.js";
import { BOLD } from "./words.js";

const STALE_S = 30;
const SPEAK_MS = 30000;
const plain = (text) => text.replaceAll(BOLD, "");
const two = (n) => String(n).padStart(2, "0");

function remembered(key, value) {
  try {
    if (value === undefined) return localStorage.getItem(key);
    localStorage.setItem(key, value);
  } catch { /* a browser that keeps nothing still shows the page */ }
  return null;
}

/* The time of the night: the server's clock when live; in a replay the newest data's, carried on at its speed. */
export function nightNow({ store, link }) {
  const s = store.latest;
  if (!s) return null;
  if ((s.mode ?? "live") !== "replay") return Date.now() + link.offset;
  if (!s.at) return null;
  if (!s.speed) return Date.parse(s.at);
  return Date.parse(s.at) + (performance.now() - (store.changedAt ?? store.heldAt)) * s.speed;
}

function defineStatus(app) {
  const { store, link, words: w } = app;
  customElements.define("sandik-status", class extends HTMLElement {
    connectedCallback() {
      this.state = this.querySelector(".state");
      this.word = this.querySelector(".word");
      this.age = this.querySelector(".age");
      for (const name of ["news", "pause", "paint"]) store.addEventListener(name, () => this.show());
      link.addEventListener("state", () => this.show());
      setInterval(() => document.hidden || this.show(), 1000);
      this.show();
    }

    show() {
      const [kind, word] = this.say();
      const age = this.seconds();
      const ago = age === null ? "" : "· " + (age < 120 ? w.say("ago_s", { n: age }) : w.say("ago_m", { n: Math.floor(age / 60) }));
      if (this.state.dataset.kind !== kind) this.state.dataset.kind = kind;
      if (this.word.textContent !== word) this.word.textContent = word;
      if (this.age.textContent !== ago) this.age.textContent = ago;
    }

    /* Seconds since the server last reached the count, if it has lost it; else since data last came here. */
    seconds() {
      const now = performance.now();
      if (link.stale) return Math.floor(link.stale.seconds + (now - link.stale.at) / 1000);
      return store.changedAt === null ? null : Math.floor((now - store.changedAt) / 1000);
    }

    say() {
      const s = store.latest;
      if (store.paused) return ["paused", store.behind ? w.say("state.paused_behind", { n: w.number(store.behind) }) : w.say("state.paused")];
      if (link.state === "connecting") return ["connecting", w.say("state.connecting")];
      if (link.state === "reconnecting") return ["reconnecting", this.waiting()];
      const age = this.seconds();
      if (link.stale) return ["stale", this.stale(age)];
      if (s && age !== null && age > STALE_S) {
        if (s.received.boxes_total && s.received.boxes >= s.received.boxes_total) return ["complete", w.say("state.complete")];
        return ["stale", this.stale(age)];
      }
      const stalled = s?.sources?.find((one) => one.published && one.stalled);
      if (stalled) return ["stale", w.say("state.stalled", { name: w.name(stalled), t: w.lasted(stalled.silent_s ?? 0) })];
      if (link.state === "polling") return ["polling", w.say("state.polling", { n: 5 })];
      if (s?.mode === "replay") return ["replay", s.speed ? w.say("state.replay_at", { speed: s.speed }) : w.say("state.replay")];
      return s?.mode === "rehearsal" ? ["rehearsal", w.say("state.rehearsal")] : ["live", w.say("state.live")];
    }

    stale(age) {
      return w.say("state.stale", { t: `${Math.floor(age / 60)}:${two(age % 60)}` });
    }

    waiting() {
      const left = Math.ceil((link.nextTryAt - performance.now()) / 1000);
      return left > 0 ? w.say("state.reconnecting_in", { n: link.tries + 1, s: left }) : w.say("state.reconnecting", { n: link.tries });
    }
  });
}

function defineControls({ store, words: w }) {
  customElements.define("sandik-controls", class extends HTMLElement {
    connectedCallback() {
      const [pause, more, often, palette] = [".pause", ".more", ".often", ".palette"].map((name) => this.querySelector(name));
      pause.addEventListener("click", () => {
        store.pause(!store.paused);
        pause.classList.toggle("on", store.paused);
        pause.querySelector("span").textContent = w.say(store.paused ? "resume" : "pause");
      });
      more.addEventListener("click", () => more.setAttribute("aria-expanded", this.classList.toggle("open")));
      this.choose(often, "sandik.often", (value) => { store.every = Number(value); store.ask(); });
      this.choose(palette, "sandik.palette", (value) => { document.documentElement.dataset.palette = value; });
    }

    choose(select, key, use) {
      const kept = remembered(key);
      if ([...select.options].some((option) => option.value === kept)) select.value = kept;
      use(select.value);
      select.addEventListener("change", () => { use(select.value); remembered(key, select.value); });
    }
  });
}

function defineCountdown(app) {
  const { store, words: w } = app;
  customElements.define("sandik-countdown", class extends HTMLElement {
    connectedCallback() {
      [this.label, this.big, this.unit] = this.children;
      store.addEventListener("paint", () => this.show());
      setInterval(() => document.hidden || store.paused || this.show(), 250);
    }

    show() {
      const ban = store.latest?.embargo ?? {};
      const opens = Date.parse(ban.opens_at || ban.law_opens_at || "");
      const now = nightNow(app);
      if (store.face?.phase !== "closed" || !opens || now === null) return;
      const left = Math.ceil((opens - now) / 1000);
      const [hours, minutes, seconds] = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60];
      const clock = left <= 0 ? "00:00" : (hours ? `${hours}:` : "") + `${two(minutes)}:${two(seconds)}`;
      this.write(this.label, w.say("first_results_in"));
      this.write(this.big, clock);
      this.write(this.unit, w.say(left <= 0 ? "any_moment" : hours ? "countdown_hours" : "countdown_unit"));
    }

    write(node, text) {
      if (node.textContent !== text) node.textContent = text;
    }
  });
}

export function button(into, use, kind) {
  const made = document.createElement("button");
  made.type = "button";
  if (kind) made.dataset.kind = kind;
  made.addEventListener("click", use);
  into.append(made);
  return made;
}

function defineTiles({ store, words: w }) {
  customElements.define("sandik-tiles", class extends HTMLElement {
    connectedCallback() {
      this.buttons = [...this.querySelectorAll("button")];
      this.addModes();
      this.readout = this.querySelector(".readout");
      this.addEventListener("keydown", (event) => this.key(event));
      this.addEventListener("focusin", (event) => this.pick(event.target.closest("button")));
      this.addEventListener("pointerover", (event) => event.pointerType === "mouse" && this.pick(event.target.closest("button")));
      this.addEventListener("click", (event) => this.choose(event.target.closest("button")));
      store.addEventListener("paint", () => this.read());
    }

    /* What the tiles say: the lead, how it changed on the same boxes, or what is out. */
    addModes() {
      const bar = document.createElement("div");
      bar.className = "modes";
      bar.role = "group";
      bar.ariaLabel = w.say("modes");
      const modes = ["lead", "swing", "out"].map((name) => {
        const one = button(bar, () => {
          view.mode = name;
          this.again();
          show();
        }, name);
        one.textContent = w.say(`mode.${name}`);
        return one;
      });
      this.previousElementSibling.append(bar);
      const show = () => {
        const { painted: s, face } = store;
        bar.hidden = face.phase !== "open";
        modes[1].hidden = !s.swing;
        const now = view.mode === "swing" && !s.swing ? "lead" : view.mode;
        for (const one of modes) one.ariaPressed = String(one.dataset.kind === now);
      };
      store.addEventListener("paint", show);
    }

    /* Says what is painted in the other way; nothing newer comes with it, and nothing is marked as changed. */
    again() {
      const { painted: s, face, binding } = store;
      for (const area of face.areas) binding.putArea(area, areaValues(s, face, area, w));
      for (const [key, value] of Object.entries(sumValues(s, face, w))) binding.slot(key).put(value);
    }

    /* Chosen, and not only pointed at: the address of the page names it from now on. */
    choose(button) {
      if (!button) return;
      this.pick(button);
      history.replaceState(null, "", `#area=${button.dataset.area}`);
    }

    /* The place that an address names; it may be none of this contest. */
    show(area) {
      const found = this.buttons.find((one) => one.dataset.area === area);
      if (found) found.focus();
      else {
        const back = document.createElement("a");
        back.href = location.pathname + location.search;
        back.textContent = w.say("read.all");
        this.readout.replaceChildren(w.say("read.none", { area: area.slice(0, 60) }) + " ", back);
        this.readout.scrollIntoView({ block: "center" });
        this.said = "";
        this.lost = true;
      }
    }

    key(event) {
      const from = event.target.closest("button");
      const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      let to = null;
      if (by && from) to = this.next(from, ...by);
      else if (event.key === "Home") to = this.buttons[0];
      else if (event.key === "End") to = this.buttons.at(-1);
      else return;
      event.preventDefault();
      to?.focus();
    }

    /* The nearest tile in that direction, along the row first. */
    next(from, dx, dy) {
      const here = from.getBoundingClientRect();
      let best = null;
      let least = Infinity;
      for (const button of this.buttons) {
        const there = button.getBoundingClientRect();
        const right = (there.left - here.left) * (dx || 1);
        const down = (there.top - here.top) * (dy || 1);
        const far = dx ? (Math.abs(down) < 4 && right > 4 ? right : Infinity) : down > 4 ? down * 10 + Math.abs(right) : Infinity;
        if (far < least) [best, least] = [button, far];
      }
      return best;
    }

    pick(button) {
      if (!button || button === this.picked) return;
      for (const one of this.buttons) one.tabIndex = one === button ? 0 : -1;
      this.picked?.classList.remove("picked");
      button.classList.add("picked");
      this.picked = button;
      this.lost = false;
      this.read();
    }

    read() {
      const { latest: s, face } = store;
      if (!face || this.lost) return;
      const id = this.picked?.dataset.area ?? this.atRest(s, face);
      if (!s.areas[id]) return;
      const lines = this.lines(s, face, id);
      const text = JSON.stringify(lines);
      if (text === this.said) return;
      this.said = text;
      this.readout.replaceChildren(...lines.map((parts) => {
        const line = document.createElement("p");
        line.append(...parts.map(([said, tag]) => {
          const node = document.createElement(tag);
          node.textContent = said;
          return node;
        }));
        return line;
      }));
    }

    /* Before anybody has chosen one: where it is closest, or where the least has come in. */
    atRest(s, face) {
      const part = (id) => {
        const lead = face.leads.get(id);
        if (face.leads.size) return lead ? lead.margin / lead.valid : 2;
        const { boxes, boxes_total: total } = face.phase === "closed" ? s.areas[id].received : s.areas[id].counted;
        return total ? boxes / total : 2;
      };
      return face.areas.reduce((a, b) => (part(b) < part(a) ? b : a), face.areas[0]);
    }

    lines(s, face, id) {
      const facts = s.areas[id];
      const lead = face.leads.get(id);
      const given = votesIn(s, id);
      const closed = face.phase === "closed";
      const { boxes, boxes_total: total } = closed ? facts.received : facts.counted;
      const said = { n: w.number(boxes), total: w.number(total), pct: w.counted(boxes, total) };
      const lines = [[[w.name(facts) + " ", "b"], [w.say(closed ? "read.received" : "read.boxes", said), "span"]]];
      if (closed || !facts.choices || !boxes) return lines;
      let order = face.choices.map((_, at) => at).filter((at) => given[face.choices[at].id] != null);
      const votes = (at) => given[face.choices[at].id];
      if (face.duel) order = order.filter((at) => at === face.left || at === face.right);
      else if (face.phase === "open") order.sort((a, b) => votes(b) - votes(a) || a - b);
      if (face.duel && order[0] !== face.left) order.reverse();
      for (const at of order.slice(0, 3)) {
        const share = w.share(votes(at), facts.valid);
        const count = plain(w.say("votes", { n: w.number(votes(at)) }, votes(at)));
        const line = [[`${face.mark(at)} ${short(w, face.choices[at])} `.trimStart(), "span"], [`${share} · ${count}`, "span"]];
        if (lead && lead.first === at) line.push([" · " + w.say("read.ahead", { n: w.number(lead.margin) }), "b"]);
        lines.push(line);
      }
      const change = moved(s, face, id, w);
      if (change) lines.push([[w.say("read.move", { t: parentDay(s, w), n: change.join(" "), name: whose(s, face, w) }), "span"]]);
      return lines;
    }
  });
}

/* One sentence for those who listen: on a lead change, each tenth counted, a call, the end of the ban or an alert. */
function speak({ store }) {
  const place = document.getElementById("spoken");
  let last = null;
  let told = null;
  let at = -Infinity;
  let timer = null;
  const say = () => {
    const { latest: s, face, words: w } = store;
    const { boxes, boxes_total: total } = face.phase === "closed" ? s.received : s.counted;
    const lead = face.phase === "open" ? s.leader : "";
    const turn = [face.phase, lead, total ? Math.floor((boxes * 10) / total) : 0, s.call?.state].join();
    const [alert] = alerts(s, w);
    const now = `${turn},${alert?.id}`;
    if (now === last) return;
    const rest = at + SPEAK_MS - performance.now();
    if (last !== null && rest > 0) {
      timer ??= setTimeout(() => { timer = null; say(); }, rest);
      return;
    }
    if (last !== null) {
      place.textContent = turn === told && alert ? alert.title : s.headline?.[w.lang] || s.headline?.en || "";
      at = performance.now();
    }
    last = now;
    told = turn;
  };
  store.addEventListener("paint", say);
}

export function define(app) {
  defineControls(app);
  defineTiles(app);
  if (!asOf) for (const one of [defineStatus, defineCountdown, speak]) one(app);
}
