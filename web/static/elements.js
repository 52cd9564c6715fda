/* The parts of the page that do something: status line, controls, countdown, and the spoken sentence.
   Know before changing: they renew what the server sent and build almost nothing; numbers are never live regions,
   and one sentence is spoken at most every thirty seconds. */

import { asOf } from "./address.js";
import { ahead, replayWord } from "./pace.js";
import { alerts } from "./told.js";

const STALE_S = 30;
const SPEAK_MS = 30000;
/* Most that the night's time is carried on beyond its newest data: a replay may have been paused, or slowed down. */
const AHEAD_MS = 60000;
const two = (n) => String(n).padStart(2, "0");

function remembered(key, value) {
  try {
    if (value === undefined) return localStorage.getItem(key);
    localStorage.setItem(key, value);
  } catch { /* a browser that keeps nothing still shows the page */ }
  return null;
}

/* The time of the night: the server's clock when live; in a replay the newest data's, carried on while it plays. */
function nightNow({ store, link }) {
  const s = store.latest;
  if (!s) return null;
  if ((s.mode ?? "live") !== "replay") return Date.now() + link.offset;
  if (!s.at) return null;
  return Date.parse(s.at) + ahead(link.pace, store.changedAt ?? store.heldAt, AHEAD_MS);
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
      if (s?.mode === "replay" && link.pace?.paused) return ["replay", replayWord(link.pace, w)];
      if (s && age !== null && age > STALE_S) {
        if (s.received.boxes_total && s.received.boxes >= s.received.boxes_total) return ["complete", w.say("state.complete")];
        return ["stale", this.stale(age)];
      }
      const stalled = s?.sources?.find((one) => one.published && one.stalled);
      if (stalled) return ["stale", w.say("state.stalled", { name: w.name(stalled), t: w.lasted(stalled.silent_s ?? 0) })];
      if (link.state === "polling") return ["polling", w.say("state.polling", { n: 5 })];
      if (s?.mode === "replay") return ["replay", replayWord(link.pace, w)];
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

/* One sentence for those who listen: on a lead change, each tenth counted, a call, the end of the ban or an alert. */
function speak({ store }) {
  const place = document.getElementById("spoken");
  let last = null;
  let told = null;
  let at = -Infinity;
  let timer = null;
  const say = () => {
    const { painted: s, face, words: w } = store;
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
  if (!asOf) for (const one of [defineStatus, defineCountdown, speak]) one(app);
}
