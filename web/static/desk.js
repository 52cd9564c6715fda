/* The desk: signing in, one picture of the night that is drawn anew when it changes, and what is pressed.
   Know before changing: the page is drawn once a frame at most, and not while it is hidden; what is pressed is heard
   here, by data-do, for the whole page. role=alert is used here and nowhere else: for what waits and what is critical. */

import { Beside } from "./desk_beside.js";
import { Deciding, waiting } from "./desk_decide.js";
import { Doing } from "./desk_do.js";
import { begin, button, draw, h, hear } from "./desk_dom.js";
import { DeskLink } from "./desk_link.js";
import { line, Steady } from "./desk_parts.js";
import { heldBack, Tables } from "./desk_tables.js";
import { ahead, replayWord } from "./pace.js";

const SUB = "desk";
const TICK_MS = 1000;
/* Most that the night's time is carried on beyond its newest data: a replay may have been paused, or slowed down. */
const AHEAD_MS = 60000;

class Desk {
  constructor(words) {
    this.w = words;
    this.d = null;
    this.drawing = false;
    this.sound = false;
    this.known = null;
    this.stale = null;
    this.heardAt = null;
    this.paints = 0;
    this.focus = null;
    this.link = new DeskLink();
    this.doing = new Doing(this);
    this.steady = new Steady();
    this.deciding = new Deciding(this);
    this.beside = new Beside(this);
    this.tables = new Tables(this);
    this.pressed = this.presses();
    this.name = null;
  }

  start() {
    const { link } = this;
    hear(this);
    document.addEventListener("change", (event) => this.pick(event));
    link.addEventListener("beat", () => this.refused && link.state === "open" && this.subscribe());
    setInterval(() => this.draw(), TICK_MS);
    link.start();
    this.changed();
  }

  /* Somebody is signed in; whoever comes back finds what they had typed, and nobody else does. */
  ready() {
    const { link } = this;
    if (this.name !== link.name) this.leave();
    this.name = link.name;
    this.subscribe();
  }

  subscribe() {
    this.refused = this.nothing = false;
    this.link.send({ t: "subscribe", sub: SUB, kind: "desk" });
  }

  leave() {
    this.name = null;
    this.doing.leave();
    this.known = null;
    this.deciding = new Deciding(this);
    this.beside = new Beside(this);
    this.tables = new Tables(this);
    this.pressed = this.presses();
  }

  take(frame) {
    if (frame.t === "error" && frame.sub === SUB) return this.error(frame);
    if (frame.t !== "desk") return;
    this.stale = frame.stale_s == null ? null : { seconds: frame.stale_s, at: performance.now() };
    if (!frame.d) return this.draw();
    if (frame.d.at !== this.d?.at) this.heardAt = performance.now(); // a frame may come and say nothing new of the night
    this.d = frame.d;
    this.colours();
    this.ring();
    this.draw();
  }

  /* Only a token that does not open the desk leads out of it; what is refused for now is asked for at the next beat. */
  error({ code, temporary }) {
    if (code === "no-scope") return this.link.signOut("scope");
    this.refused = temporary;
    this.nothing = !temporary;
    this.draw();
  }

  changed() {
    const { link } = this;
    document.body.dataset.state = link.state === "out" ? "out" : "in";
    if (link.state === "out" && this.d) {
      if (link.problem === "expired") this.doing.keep(this.name);
      else this.leave();
      this.d = null;
      for (const id of ["alarm", "spoken"]) document.getElementById(id).textContent = "";
      this.paint(); // at once, and in a hidden tab too: nothing of the night waits for a frame to leave the page
    }
    const problem = document.getElementById("problem");
    const kept = link.problem === "expired" && this.doing.kept?.texts.size;
    const text = link.problem ? line(this.w, `problem.${link.problem}`) + (kept ? ` ${line(this.w, "problem.kept")}` : "") : "";
    if (problem.textContent !== text) problem.textContent = text;
    this.draw();
  }

  /* Draws at the next frame; `focus` names what has the focus then: itself, or the first button in it. */
  draw(focus = null) {
    this.focus = focus ?? this.focus;
    if (this.drawing || document.hidden) return;
    this.drawing = true;
    requestAnimationFrame(() => {
      this.drawing = false;
      if (!document.hidden) this.paint();
      this.move();
    });
  }

  move() {
    if (!this.focus) return;
    const node = document.getElementById(this.focus);
    (node?.matches("[tabindex], textarea, button, input, select") ? node : node?.querySelector("button"))?.focus();
    this.focus = null;
  }

  paint() {
    const { link, w } = this;
    this.ribbon();
    const signedIn = link.state !== "out";
    draw(document.getElementById("status"), signedIn ? this.status() : []);
    draw(document.getElementById("who"), signedIn ? [
      link.name && h("span", null, line(w, "who"), " ", h("b", null, link.name)),
      button(line(w, this.sound ? "sound.on" : "sound.off"), "sound", { "aria-pressed": String(this.sound) }),
      button(line(w, "sign_out"), "sign-out"),
    ] : []);
    const ready = signedIn && this.d;
    draw(document.getElementById("night"), ready ? [
      link.state !== "open" && h("p.cut", { key: "cut" }, line(w, "cut")),
      h("div.desk", { key: "desk" }, this.deciding.draw(), this.beside.draw(), this.tables.draw()),
      this.toast(),
    ] : signedIn ? [h("p.none", null, line(w, this.nothing ? "problem.view" : "wait"))] : []);
    const waits = ready ? waiting(this).filter((one) => one.kind === "proposal" && !one.mine).length : 0;
    document.title = (waits ? `(${waits}) ` : "") + line(w, "doc");
    const first = this.d?.contests[0];
    draw(document.getElementById("position"), ready && first ? [line(w, "position", { v: w.number(first.version), n: w.number(first.boxes.counted) })] : []);
    if (ready) this.paints += 1;
  }

  /* What of this night is no live one: the mode is in the greeting, the rest in what the desk is sent. */
  ribbon() {
    const { w, d, link } = this;
    const { mode = "live", simulated = false } = d ?? link.greeting ?? {};
    const tags = [mode !== "live" && w.say(`mode.${mode}`), simulated && w.say("simulated")].filter(Boolean);
    const node = document.getElementById("ribbon");
    node.hidden = !tags.length || link.state === "out";
    if (node.hidden) return;
    const day = w.date(d?.date);
    const right = !day ? "" : mode === "rehearsal" ? w.say("rehearsing", { date: day })
      : mode === "replay" ? w.say("replaying", { date: day }) : "";
    draw(node, [h("p.wrap", null, h("strong", null, tags.join(" · ")), mode !== "live" && h("span.what", null, line(w, "nothing_live")), right && h("span.right", null, right))]);
  }

  /* The colours of who stands, of each contest under its name; a gateway that keeps its files to itself leaves them black. */
  colours() {
    const href = "/contests/colours.css";
    if (document.querySelector(`link[href="${href}"]`)) return;
    document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href }));
  }

  /* Live or not, how old the newest is, how much is counted, and the ban. */
  status() {
    const { w, d, link } = this;
    const [kind, word] = this.word();
    const parts = [h("p.state", { "data-kind": kind }, h("i.dot", { "aria-hidden": "true" }), h("b.word", null, word))];
    if (!d) return parts;
    const [first] = d.contests;
    const age = this.age();
    parts.push(h("p", null, h("b", null, w.moment(d.at, d.time_zone, d.date)), age === null ? "" : ` · ${line(w, "last", { t: w.lasted(age) })}`));
    parts.push(h("p", null, h("b", null, w.number(first.boxes.counted)), ` ${line(w, "of_boxes", { n: w.number(first.boxes.total) })}`));
    parts.push(h("p", { id: "ban" }, this.ban(first.embargo ?? {})));
    return parts;
  }

  /* For how many seconds no contest has heard anything: in live the clock goes on whatever is heard. */
  age() {
    const { d } = this;
    const heard = d.contests.map(({ at }) => Date.parse(at ?? "")).filter(Boolean);
    if (d.mode === "live" && !heard.length) return null;
    const ms = d.mode === "live" ? this.nightNow() - Math.max(...heard) : performance.now() - this.heardAt;
    return Math.max(0, Math.floor(ms / 1000));
  }

  word() {
    const { w, d, link } = this;
    if (link.state === "connecting") return ["connecting", w.say("state.connecting")];
    if (link.state === "reconnecting") return ["reconnecting", w.say("state.reconnecting", { n: link.tries })];
    if (this.stale ?? link.stale) return ["stale", line(w, "stale")];
    const mode = d?.mode ?? link.greeting?.mode;
    if (mode === "replay") return ["replay", replayWord(link.pace, w)];
    return mode === "rehearsal" ? ["rehearsal", w.say("state.rehearsal")] : ["live", w.say("state.live")];
  }

  /* The time of the night: the server's clock when live; in a replay the newest data's, carried on at its speed. */
  nightNow() {
    const { d, link } = this;
    if (d.mode === "live") return Date.now() + link.offset;
    return Date.parse(d.at) + ahead(link.pace, this.heardAt, AHEAD_MS);
  }

  ban(embargo) {
    const { w, d } = this;
    if ((embargo.state ?? "open") === "open") {
      const at = embargo.lifted_at ?? embargo.opens_at;
      if (!at) return line(w, "ban.none");
      const ago = Math.max(0, Math.floor((this.nightNow() - Date.parse(at)) / 1000));
      return line(w, "ban.lifted", { t: w.moment(at, d.time_zone, d.date, false), ago: w.lasted(ago) });
    }
    const opens = Date.parse(embargo.opens_at || embargo.law_opens_at || "");
    if (!opens || !(d.at || d.mode === "live")) return line(w, "ban.holds");
    const left = Math.max(0, Math.ceil((opens - this.nightNow()) / 1000));
    const two = (n) => String(n).padStart(2, "0");
    const clock = `${left >= 3600 ? `${Math.floor(left / 3600)}:` : ""}${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`;
    return line(w, "ban.left", { t: clock });
  }

  /* What was not there before and cannot wait is said aloud, once. */
  ring() {
    const { d, w } = this;
    const urgent = [
      ...d.contests.filter((one) => one.proposal).map((one) => [one.proposal.id, line(w, "ring.proposal", { contest: w.name(one, "title") })]),
      ...d.alerts.filter((one) => one.grade === "critical" && !one.acknowledged).map((one) => [one.id, w.name(one, "title")]),
    ];
    const news = this.known === null ? [] : urgent.filter(([id]) => !this.known.has(id));
    this.known = new Set([...(this.known ?? []), ...urgent.map(([id]) => id)]);
    if (!news.length) return;
    document.getElementById("alarm").textContent = news.map(([, text]) => text).join(" ");
    if (this.sound) this.beep();
  }

  beep() {
    this.audio ??= new AudioContext();
    const tone = this.audio.createOscillator();
    tone.frequency.value = 880;
    tone.connect(this.audio.destination);
    tone.start();
    tone.stop(this.audio.currentTime + 0.25);
  }

  toast() {
    const [id, entry] = this.doing.undoable() ?? [];
    const spoken = document.getElementById("spoken");
    if (spoken.textContent !== (entry?.text ?? "")) spoken.textContent = entry?.text ?? "";
    return entry && h("div.toast", { key: "toast" }, h("span", null, entry.text), h("button", { type: "button", "data-do": "undo", "data-id": id }, line(this.w, "undo")));
  }

  press(event) {
    const node = event.target.closest("[data-do]");
    if (node && !node.disabled) this.pressed[node.dataset.do]?.(node.dataset, node);
  }

  pick({ target }) {
    const name = target.dataset?.change;
    if (name === "rule-kind") this.beside.kind = target.value;
    if (name === "rule-contest") this.beside.contest = target.value;
    if (name) this.draw();
  }

  /* What is in front as it was drawn: what is pressed is about that. */
  current() {
    return waiting(this).find((one) => one.id === this.deciding.front);
  }

  /* A decision on what is in front, if that is what was asked: a key that is held presses what is gone already. The reason
     is looked for a second time, because it could have been emptied. */
  decide(what, fields) {
    const now = this.current();
    if (!now || this.doing.asks(now.id) !== what) return null;
    const because = this.doing.typed(`because-${now.id}`);
    if (!because) return this.doing.ask(now.id, what, `because-${now.id}`);
    return this.doing.act(now.id, what, { contest: now.contest.contest, because, ...fields(now) }, "decide");
  }

  presses() {
    const { doing, deciding, beside, tables, link, w } = this;
    const ask = (what) => () => {
      const now = this.current();
      if (!now) return;
      doing.said.delete("decide");
      doing.ask(now.id, what, `because-${now.id}`);
    };
    return {
      "ask-approve": ask("approve"), "ask-refuse": ask("refuse"), "ask-retract": ask("retract"),
      approve: () => this.decide("approve", ({ id, contest }) => ({ proposal: id, version: contest.proposal.version })),
      refuse: () => this.decide("refuse", ({ id }) => ({ proposal: id })),
      retract: () => this.decide("retract", ({ id }) => ({ call: id })),
      choose: ({ id }) => { doing.putAside(`because-${deciding.front}`); deciding.chosen = id; this.draw(); },
      look: ({ id }) => deciding.look(id),
      back: ({ place }) => doing.back(place),
      hush: ({ place }) => { doing.said.delete(place); this.draw(); },
      toggle: ({ id }) => doing.toggle(id),
      undo: ({ id }) => doing.undo(id),
      acknowledge: ({ id }) => doing.once(id, "acknowledge", { alert: id }, { what: "reopen", text: line(w, "acknowledged") }),
      reopen: ({ id }) => doing.once(id, "reopen", { alert: id }),
      resend: ({ id }) => doing.later(id, "resend", { delivery: id }, line(w, "resent")),
      recompute: ({ id }) => doing.once(`dossier-${id}`, "recompute", { proposal: id }),
      copy: ({ id }, node) => this.copy(id, node),
      "alerts-all": () => { beside.all = !beside.all; this.draw(); },
      "ask-rule": () => beside.ruling() && doing.ask("rule", "rule", "rule-because"),
      rule: () => this.record(),
      check: ({ id }) => { tables.check = id; this.draw(); },
      more: () => { tables.all = true; this.draw(); },
      "box-clear": ({ id }) => this.box(id, "clear"), "box-uphold": ({ id }) => this.box(id, "uphold"),
      "box-do": () => this.rule(),
      sound: () => { this.sound = !this.sound; if (this.sound) this.beep(); this.draw(); },
      "sign-out": () => { doing.flush(); link.signOut(); },
    };
  }

  /* A ruling, in its second step: what it needs is looked for again, as for a decision. */
  async record() {
    const { beside, doing } = this;
    const fields = doing.asks("rule") && beside.ruling();
    if (!fields) return;
    if (!fields.because) return doing.ask("rule", "rule", "rule-because");
    if (await doing.act("rule", "rule", fields)) this.ruled();
  }

  ruled() {
    this.beside.kind = "";
    this.doing.open.delete("rule");
    this.draw();
  }

  /* The first step for a box: its row opens, with room for the reason. */
  box(id, what) {
    this.doing.sure = this.doing.asks(id) === what ? null : { place: id, what };
    this.doing.said.delete(id);
    this.draw();
  }

  /* The second step for a box: its ruling, with the reason. */
  rule() {
    const { doing, d } = this;
    if (!doing.sure) return;
    const { place, what } = doing.sure;
    const field = `because-${place}`;
    const because = doing.typed(field);
    if (!because) {
      doing.missing = field;
      return this.draw(field);
    }
    const row = heldBack(d).find(({ id }) => id === place);
    if (!row) return doing.back(place);
    const kind = what === "clear" ? "quarantine-cleared" : "quarantine-upheld";
    return doing.act(place, "rule", { kind, contest: row.contest.contest, because, data: { source: row.source, box: row.box, revision: row.revision } });
  }

  async copy(id, node) {
    const one = this.d.alerts.find((alert) => alert.id === id);
    const text = `${this.w.name(one, "title")}. ${this.w.name(one, "because")}`;
    let done = true;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      done = false;
    }
    node.textContent = line(this.w, done ? "copied" : "copy.not");
  }
}

begin("desk", Desk);
