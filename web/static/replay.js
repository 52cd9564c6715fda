/* Drives a replay: signing in, what is pressed, and one picture of where the evening stands, drawn when it changes.
   Know before changing: what is asked is carried out by the replay and answered by it; nothing here guesses that it was
   done. The replay is looked at every few seconds while the page is seen, so what others do to it is seen as well. */

import { badgeOf, short } from "./badge.js";
import { begin, button, draw, h, hear } from "./desk_dom.js";
import { DeskLink } from "./desk_link.js";
import { faceOf } from "./face.js";
import { Faults } from "./replay_faults.js";
import { Timeline } from "./replay_line.js";
import { Shown } from "./replay_state.js";

const SPEEDS = [1, 10, 60, 600, null];
const LOOK_MS = 5000;

/* The desk's connection for another scope. */
class ReplayLink extends DeskLink {
  signedIn(frame) {
    if (!frame.scopes.includes("replay")) return this.signOut("scope");
    return super.signedIn({ ...frame, scopes: [...frame.scopes, "desk"] });
  }
}

class Replay {
  constructor(words) {
    Object.assign(this, { w: words, facts: null, outline: null, where: null, busy: false, answer: null, drawing: false, paints: 0 });
    this.link = new ReplayLink();
    this.state = new Shown(this.link, null);
    this.faults = new Faults(this);
    this.line_ = new Timeline(this);
    this.pressed = this.presses();
  }

  start() {
    const { link } = this;
    hear(this);
    document.addEventListener("change", () => this.draw());
    link.addEventListener("beat", () => this.state.error?.temporary && this.state.ask());
    setInterval(() => link.state === "open" && !document.hidden && this.look(), LOOK_MS);
    link.start();
    this.changed();
  }

  line(key, values, count) {
    return this.w.say(`replay.${key}`, values, count);
  }

  button(text, act, more) {
    return button(text, act, more);
  }

  ready() {
    this.state.contest = this.link.greeting.contests?.[0]?.id ?? null;
    if (this.state.contest) this.state.ask();
    this.colours();
    this.look();
  }

  /* The colours of who stands; a gateway that keeps its files to itself leaves them black. */
  colours() {
    const href = `/style/${encodeURIComponent(this.state.contest)}.css`;
    if (!this.state.contest || document.querySelector(`link[href="${href}"]`)) return;
    document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href }));
  }

  /* Asks the replay how it stands; its whole outline only once. */
  async look() {
    if (this.looking) return;
    this.looking = true;
    const { ok, outcome, d } = await this.link.act("look", this.outline ? {} : { outline: true });
    this.looking = false;
    if (ok) this.put(d);
    else if (outcome === "nobody") this.where = null;
    this.nobody = outcome === "nobody";
    this.draw();
  }

  put(d) {
    this.where = { at: d.at ? Date.parse(d.at) : null, speed: d.speed, paused: d.paused, records: d.records };
    if (d.outline) this.outline = d.outline;
    if (d.faults) this.facts = { ...this.facts, ...d };
    this.nobody = false;
  }

  take(frame) {
    if (this.state.take(frame)) this.faults.heard(this.state, true);
    this.draw();
  }

  changed() {
    const { link } = this;
    document.body.dataset.state = link.state === "out" ? "out" : "in";
    if (link.state === "out") Object.assign(this, { facts: null, outline: null, where: null, answer: null });
    if (link.state === "reconnecting") this.faults.heard(this.state, false);
    const problem = document.getElementById("problem");
    const text = link.problem ? this.line(`problem.${link.problem}`) : "";
    if (problem.textContent !== text) problem.textContent = text;
    this.draw();
  }

  draw() {
    if (this.drawing || document.hidden) return;
    this.drawing = true;
    requestAnimationFrame(() => {
      this.drawing = false;
      if (!document.hidden) this.paint();
    });
  }

  /* Where the evening is: what was played last, or the newest that is shown of it. */
  position() {
    const shown = this.state.now?.at ? Date.parse(this.state.now.at) : null;
    const { at = null } = this.where ?? {};
    return at === null || shown === null ? at ?? shown : Math.max(at, shown);
  }

  clock(at, seconds = true) {
    return this.w.clock(new Date(at).toISOString(), this.state.now?.time_zone ?? "UTC", seconds);
  }

  moment(at) {
    return this.w.moment(at, this.state.now?.time_zone ?? "UTC", this.state.now?.date);
  }

  paint() {
    const { link, w } = this;
    const signedIn = link.state !== "out";
    const s = this.state.now;
    this.ribbon(signedIn ? s : null);
    draw(document.getElementById("status"), signedIn ? this.status() : []);
    draw(document.getElementById("who"), signedIn ? [link.name && h("span", null, this.line("who"), " ", h("b", null, link.name)), button(this.line("sign_out"), "sign-out")] : []);
    const ready = Boolean(signedIn && this.facts && this.outline?.begin && s);
    document.querySelector(".timeline").hidden = !ready;
    draw(document.getElementById("pace"), !signedIn ? [] : [link.state !== "open" && h("p.cut", { key: "cut" }, this.line("cut")), this.missing(ready), ready && this.pace(), this.answered()]);
    if (ready) this.line_.draw();
    draw(document.getElementById("facts"), ready ? [this.numbers()] : []);
    draw(document.getElementById("beside"), ready ? [this.beside()] : []);
    draw(document.getElementById("position"), ready ? [w.say("foot.position", { version: w.number(s.version), epoch: s.epoch })] : []);
    if (ready) this.paints += 1;
  }

  missing(ready) {
    const { error } = this.state;
    if (error) return h("p.none", { lang: "en" }, error.message);
    return (this.nobody || !ready) && h("p.none", null, this.line(this.nobody ? "nobody" : "wait"));
  }

  ribbon(s) {
    const node = document.getElementById("ribbon");
    const { w } = this;
    node.hidden = !s || s.mode === "live";
    if (node.hidden) return;
    const tags = [w.say(`mode.${s.mode}`), s.simulated && w.say("simulated")].filter(Boolean);
    const date = w.date(s.date);
    const right = s.mode === "rehearsal" ? w.say("rehearsing", { date }) : w.say("replaying", { date });
    draw(node, [h("p.wrap", null, h("strong", null, tags.join(" · ")), h("span.what", null, this.line("driving")), h("span.right", null, right))]);
  }

  /* Playing, paused or at its end; out of what, and with which dice. */
  status() {
    const { link, where, facts } = this;
    const [kind, word] = link.state === "connecting" ? ["connecting", this.w.say("state.connecting")]
      : link.state === "reconnecting" ? ["reconnecting", this.w.say("state.reconnecting", { n: link.tries })]
        : !where ? ["stale", this.line("is.nobody")]
          : where.paused ? ["paused", this.line("is.paused")]
            : facts?.ended ? ["complete", this.line("is.ended")]
              : ["replay", where.speed === null ? this.line("is.max") : this.line("is.playing", { n: this.w.times(where.speed) })];
    const parts = [h("p.state", { "data-kind": kind }, h("i.dot", { "aria-hidden": "true" }), h("b.word", null, word))];
    if (!facts) return parts;
    parts.push(h("p", null, this.line("recording"), " ", h("b", null, facts.night)), h("p", null, this.line("seed"), " ", h("b", null, String(facts.seed))));
    parts.push(h("p", null, this.line("session"), " ", h("b", null, facts.session || this.line("session.main"))));
    return parts;
  }

  pace() {
    const { where, facts, busy } = this;
    const { paused = false, speed, at } = where ?? {};
    const off = busy || !where;
    return h("div.drive", { key: "drive" },
      h("p.named", null, this.w.name(this.state.now, "night_name") || facts.name),
      h("div.moves", null, button("|◀ " + this.line("start"), "start", { disabled: off || at === null }),
        button("◀ " + this.line("step_back"), "step-back", { disabled: off || !paused || at === null, title: this.line("step_back.is") }),
        button(paused ? "▶ " + this.line("resume") : "❚❚ " + this.line("pause"), paused ? "resume" : "pause", { style: "go", disabled: off }),
        button(this.line("step") + " ▶", "step", { disabled: off || !paused || facts.ended, title: this.line("step.is") })),
      h("div.speeds", { role: "group", "aria-label": this.line("speed") }, SPEEDS.map((one) =>
        button(one === null ? this.line("max") : `${this.w.number(one)}×`, "speed", { "data-speed": String(one), "aria-pressed": String(where !== null && speed === one), disabled: off }))));
  }

  answered() {
    const { answer } = this;
    if (!answer) return null;
    return h("div.said", { key: "said", "data-ok": String(Boolean(answer.ok)), role: "status" }, h("b", null, this.line(`out.${answer.outcome}`)),
      answer.because && h("p", { lang: "en" }, answer.because), h("div.acts", null, button(this.line("close"), "close")));
  }

  /* Four figures: how far it is, who leads, what was called, and whether this page holds what the server has. */
  numbers() {
    const { w } = this;
    const s = this.state.now;
    const face = faceOf(s);
    const closed = face.phase === "closed";
    const part = closed ? s.received : s.counted;
    const proven = this.state.proven();
    const [title, lead, below, colour] = this.lead(s, face);
    const [call, named = ""] = badgeOf(s, face, w).text.split(" · ");
    const cells = [
      ["boxes", this.line("boxes"), w.number(part.boxes), this.line("boxes.of", { n: w.number(part.boxes_total), pct: w.counted(part.boxes, part.boxes_total, 1) })],
      ["lead", title, lead, below],
      ["call", this.line("call"), call, named],
      ["hash", this.line("hash"), s.hash ? `${s.hash.slice(0, 4)}…${s.hash.slice(-4)}` : "–", proven === null ? "" : this.line(proven ? "hash.same" : "hash.other")],
    ];
    return h("dl.figures", { key: "figures" }, cells.map(([name, title, value, sub]) => h("div", { key: name, "data-c": name === "lead" ? colour : null },
      h("dt", null, title), h("dd.figure", null, value), h("dd.quiet", null, sub))));
  }

  /* Who is ahead and by how much, once enough is counted to say so. */
  lead(s, face) {
    const { w } = this;
    const place = face.place(s.leader);
    if (face.phase === "closed") return [this.line("lead"), this.line("lead.ban"), this.line("lead.ban_sub"), null];
    if (face.phase === "early") return [this.line("lead"), "–", this.line("lead.early"), null];
    if (place === null) return [this.line("lead"), w.say("tied"), "", null];
    const below = w.say("margin_sub", { points: w.points(s.margin_votes, s.valid, 2) });
    const title = face.seats > 1 ? w.say("margin_line") : w.say("lead_of", { name: w.of(short(w, s.choices[place])) });
    return [title, `${face.mark(place)} ${w.number(s.margin_votes)}`.trim(), below, face.seats === 1 ? String(place) : null];
  }

  beside() {
    const { facts } = this;
    return h("div.two", { key: "two" },
      h("section", null, h("h2", null, this.line("faults")), h("p.quiet", null, this.line("faults.is")), h("div.scroll", null, this.faults.rows())),
      h("section", null, h("h2", null, this.line("did")), this.faults.did(),
        h("div.acts", null, button(this.line("save"), "save", { disabled: !facts.scenario }), button(this.line(this.copied ?? "copy"), "copy")),
        h("pre.command", { tabindex: 0, "aria-label": this.line("command") }, this.command()), this.sessions()));
  }

  sessions() {
    const { sessions = [], night, session } = this.facts;
    if (!sessions.length) return null;
    return h("details", { key: "sessions" }, h("summary", null, this.line("sessions", { n: sessions.length }, sessions.length)),
      h("ul.list-of", null, sessions.map((one) => h("li", null, h("b", null, one || this.line("session.main")), one === session && h("span.quiet", null, ` · ${this.line("session.this")}`)))),
      h("p.quiet", null, this.line("sessions.is")), h("pre.command", { tabindex: 0, "aria-label": this.line("sessions.command") }, `sandik replay ${night} --session NAME`));
  }

  command() {
    const { night, seed, scenario } = this.facts;
    const words = ["sandik", "demo", night, ...(scenario ? ["--faults", `${night}-faults.toml`] : []), "--seed", seed];
    return words.join(" ");
  }

  /* Asks for something; the answer is shown where it is no. */
  async act(what, fields = {}) {
    if (this.busy) return null;
    this.busy = true;
    this.answer = null;
    this.draw();
    const answer = await this.link.act(what, fields);
    this.busy = false;
    if (answer.ok) this.put(answer.d);
    else this.answer = { ok: false, outcome: this.w.text[`replay.out.${answer.outcome}`] ? answer.outcome : "not", because: answer.d?.because };
    this.draw();
    if (what !== "fault" && answer.ok) this.look();
    return answer;
  }

  /* A key that is held presses once more when it is done: then there is nowhere to go. */
  async go(at) {
    if (at === null) return;
    const answer = await this.act("jump", { to: new Date(at).toISOString() });
    if (!answer?.ok) return;
    this.line_.target = null;
    document.getElementById("spoken").textContent = this.line("went", { t: this.clock(at) });
    this.draw();
  }

  async inject(kind) {
    const before = this.state.older;
    const known = new Set(this.facts.faults.map((one) => one.id));
    const fault = this.faults.words(kind);
    const answer = await this.act("fault", { fault });
    const made = answer?.ok && this.facts.faults.find((one) => !known.has(one.id));
    if (made && fault.who) this.faults.dropped(made.id, before);
    this.draw();
  }

  press(event) {
    const node = event.target.closest("[data-do]");
    if (node && !node.disabled) this.pressed[node.dataset.do]?.(node.dataset);
  }

  presses() {
    const at = (time) => { this.line_.choose(time); };
    return {
      pause: () => this.act("pause"), resume: () => this.act("resume"), step: () => this.act("step"),
      speed: ({ speed }) => this.act("speed", { speed: speed === "null" ? null : Number(speed) }),
      start: () => at(this.line_.begin), "step-back": () => at(this.position() - 1),
      go: () => this.go(this.line_.target), stay: () => at(null), mark: ({ at: time }) => at(Date.parse(time)),
      "mark-before": () => this.line_.next(-1), "mark-after": () => this.line_.next(1),
      inject: ({ kind }) => this.inject(kind), end: ({ id }) => this.act("fault", { fault: { end: id } }),
      close: () => { this.answer = null; this.draw(); },
      save: () => this.save(), copy: () => this.copy(), "sign-out": () => this.link.signOut(),
    };
  }

  /* What was done to this evening as a file of faults: with it the same evening comes again. */
  save() {
    const url = URL.createObjectURL(new Blob([this.facts.scenario], { type: "application/toml" }));
    Object.assign(document.createElement("a"), { href: url, download: `${this.facts.night}-faults.toml` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(this.command());
      this.copied = "copied";
    } catch {
      this.copied = "copy.not";
    }
    this.draw();
  }
}

begin("replay", Replay);
