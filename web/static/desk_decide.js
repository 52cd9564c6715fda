/* The one thing to decide: a proposal with what it rests on, a call that can be taken back, or nothing.
   Know before changing: nobody signs what they have not seen. What was on the screen when somebody began to look is
   kept; if the proposal then passes by less, a guard answers otherwise, or much more is counted, they look again. */

import { button, h } from "./desk_dom.js";
import { bar, because, line, reason, said, say, sure, times } from "./desk_parts.js";

const MUCH_PER_MILLE = 10;
const SIGNS = { clear: "✓", forbids: "✕", "does not apply": "–" };
const person = (name) => name.trim().split(/\s+/).join(" ").toLowerCase();
const forbidding = (rule) => (rule.guards ?? []).filter((guard) => guard.word === "forbids");
const free = (rule) => rule.passes && !forbidding(rule).length;
const ruleName = (w, id) => w.text[`rule.${id}`] ?? id;
const words = (guards) => guards.map((one) => `${one.id}=${one.word}`).join(" ");

/* What can be decided, in order: proposals that wait for me, proposals that wait for others, calls in force. */
export function waiting({ d, link }) {
  const proposals = d.contests.filter((one) => one.proposal).map((one) => ({ id: one.proposal.id, kind: "proposal", contest: one, mine: signed(one.proposal, link.name) }));
  const calls = d.contests.filter((one) => one.call?.state === "called" && !one.proposal).map((one) => ({ id: one.call.id, kind: "call", contest: one }));
  return [...proposals.filter((one) => !one.mine), ...proposals.filter((one) => one.mine), ...calls];
}

export function signed(proposal, name) {
  return proposal.approvals.some((one) => person(one.by) === person(name));
}

/* How a proposal stood when somebody began to look at it. */
function looks(contest) {
  const { proposal: p } = contest;
  return { cushion: p.now.cushion_votes, boxes: contest.boxes.counted, guards: words(p.now.guards), version: contest.version, at: contest.at };
}

/* Why somebody has to look again; null: what they look at still holds. */
export function moved(contest, looked) {
  const { proposal: p, boxes } = contest;
  if (!p.now?.passes) return "fails";
  if (p.now.cushion_votes < looked.cushion) return "less";
  if (words(p.now.guards) !== looked.guards) return "guards";
  return (boxes.counted - looked.boxes) * 1000 >= boxes.total * MUCH_PER_MILLE ? "boxes" : null;
}

export class Deciding {
  constructor(app) {
    this.app = app;
    this.chosen = null;
    this.front = null;
    this.looked = new Map();
    this.before = new Map();
    this.replaced = new Map();
  }

  draw() {
    const { app } = this;
    const queue = waiting(app);
    const now = this.current(queue);
    if (this.chosen !== now?.id) this.chosen = null;
    this.front = now?.id ?? null;
    app.doing.follow("decide", now?.id ?? "none");
    const parts = now ? (now.kind === "proposal" ? this.proposal(now.contest) : this.call(now.contest)) : this.nothing();
    return h("section.decide", { key: `decide-${now?.id ?? "none"}`, "aria-labelledby": "decide-title", "data-kind": now?.kind ?? "none", "data-of": now?.contest.contest },
      queue.length > 1 && this.others(queue, now), this.waits(queue[0], now), parts);
  }

  /* What is in front: what was chosen; what somebody is at work on, until it is done or gone; else the most urgent. */
  current(queue) {
    const find = (id) => queue.find((one) => one.id === id);
    return find(this.chosen) ?? (this.works(this.front) ? find(this.front) : null) ?? queue[0];
  }

  /* Whether somebody types a reason for it, or is about to, or is asked once more. */
  works(id) {
    const { doing } = this.app;
    const name = `because-${id}`;
    const field = document.getElementById(name);
    return doing.asks(id) !== null || doing.busy === id || (field ? field === document.activeElement || doing.typed(name) !== "" : Boolean(doing.begun(name)));
  }

  /* A proposal that waits for whoever is at work on something else: it is told, and takes nothing away. */
  waits(first, now) {
    if (first === now || first.kind !== "proposal" || first.mine) return null;
    const { w } = this.app;
    return h("p.since", { key: "news" }, line(w, "ring.proposal", { contest: w.name(first.contest, "title") }));
  }

  others(queue, now) {
    const { w } = this.app;
    return h("nav.waits", { key: "waits", "aria-label": line(w, "waits") }, queue.map((one) => h("button.chip",
      { type: "button", "data-do": "choose", "data-id": one.id, "aria-pressed": String(one.id === now.id) },
      `${w.name(one.contest, "title")} · ${line(w, one.kind === "proposal" ? (one.mine ? "wait.others" : "wait.you") : "wait.called")}`)));
  }

  names(contest, elected) {
    const { w } = this.app;
    const by = new Map(contest.choices.map((one) => [one.id, one]));
    return elected.map((id) => w.name(by.get(id)) || id).join(", ");
  }

  title(contest, badge, kind, text) {
    return [
      h("div.head-line", null, h("p.badge", { "data-kind": kind }, badge), h("p.quiet", null, this.app.w.name(contest, "title"))),
      h("h1", { id: "decide-title", tabindex: -1 }, text),
    ];
  }

  proposal(contest) {
    const { app } = this;
    const { w, doing } = app;
    const p = contest.proposal;
    if (!this.looked.has(p.id)) {
      this.looked.set(p.id, looks(contest));
      const before = this.before.get(contest.contest);
      const ended = contest.calls.some((one) => one.proposal === before && ["call-made", "proposal-refused"].includes(one.kind));
      this.replaced.set(p.id, before !== undefined && !ended);
      this.before.set(contest.contest, p.id);
    }
    const why = moved(contest, this.looked.get(p.id));
    if (why && doing.asks(p.id) === "approve") doing.sure = null;
    const badge = line(w, "badge", { t: times(app)(p.at), n: p.approvals.length, of: p.people });
    return [
      this.title(contest, badge, "proposed", line(w, "call_it", { name: this.names(contest, p.elected) })),
      ...this.why(p),
      this.replaced.get(p.id) && h("p.since", null, say(w, "replaced")),
      this.evidence(contest, p),
      this.since(contest, p, why),
      this.guards(p.now.guards),
      p.people > 0 && this.people(contest, p),
      this.sign(contest, p, why),
    ];
  }

  /* Why, as it is now; and as it was proposed, where that was something else: the dossier rests on that. */
  why(p) {
    const { w } = this.app;
    const [then, now] = [because(w, p), p.now?.passes ? because(w, p.now) : ""];
    if (!now || now === then) return [h("p.why", null, then)];
    return [h("p.why", null, now), h("p.quiet", null, line(w, "why.then", { t: times(this.app)(p.at) }), " ", then)];
  }

  evidence(contest, p) {
    const { w } = this.app;
    const fact = (name, value) => h("div", null, h("dt", null, line(w, name)), h("dd", null, value));
    return h("div.evidence", null,
      this.against(contest, p.elected[0]),
      h("div", null, h("h3", null, line(w, "dossier"), " ", h("span", null, p.id)),
        h("dl.facts", null,
          fact("rule", `${ruleName(w, p.rule)}: ${line(w, p.now.passes ? "passes" : "fails", { n: w.number(p.now.cushion_votes) })}`),
          fact("totals", line(w, "totals.at", { v: w.number(p.version), n: w.number(contest.boxes.counted - (p.since?.boxes ?? 0)) })),
          fact("proof", h("code.mono", { title: p.dossier_sha256 }, `${(p.dossier_sha256 ?? "").slice(0, 8)}…${(p.dossier_sha256 ?? "").slice(-4)}`)),
          h("div", null, h("dt", null, line(w, "from_log")), h("dd", null, this.recomputed(p))))));
  }

  /* Whether the log gives the same dossier: made again by whoever asks. */
  recomputed(p) {
    const { w, doing, link } = this.app;
    const id = `dossier-${p.id}`;
    const found = doing.said.get(id);
    if (found) return line(w, found.d?.same ? "recomputed" : `recomputed.${found.d?.same === false ? "differs" : "not"}`);
    const busy = doing.pending.has(id);
    return button(line(w, busy ? "recomputing" : "recompute"), "recompute", { "data-id": p.id, disabled: busy || link.state !== "open" });
  }

  /* The lead against everything that can still come, on one scale. */
  against(contest, choice) {
    const { w } = this.app;
    const leader = contest.leader ?? choice;
    const several = contest.seats > 1;
    const at = several ? -1 : contest.choices.findIndex((one) => one.id === leader);
    const whole = Math.max(contest.margin_votes, contest.votes_max, 1);
    const pair = (name, value) => h("div.pair", null, h("span", null, name), h("b", null, value));
    return h("div", null, h("h3", null, line(w, "against")),
      pair(several ? w.say("margin_line") : line(w, "lead", { name: this.names(contest, [leader]) }), w.number(contest.margin_votes)),
      bar(contest.margin_votes, whole, "ink", at < 0 ? null : at),
      pair(line(w, "out", { n: w.number(contest.boxes.out), q: w.number(contest.boxes.quarantined) }), `≤ ${w.number(contest.votes_max)}`),
      bar(contest.votes_max, whole, "hatch"));
  }

  since(contest, p, why) {
    const { w } = this.app;
    const looked = this.looked.get(p.id);
    const values = {
      boxes: w.number(contest.boxes.counted - looked.boxes), from: w.number(looked.cushion), to: w.number(p.now.cushion_votes),
      t: times(this.app)(looked.at),
    };
    const boxes = contest.boxes.counted - looked.boxes;
    return h("div", { key: "since", class: why ? "since stale" : "since", id: "since" },
      why && h("b", null, line(w, `stale.${why}`, values)),
      p.now.passes && say(w, boxes || p.now.cushion_votes !== looked.cushion ? "since" : "since.none", values, boxes),
      why && why !== "fails" && h("div.acts", null, button(line(w, "look"), "look", { "data-id": p.id, style: "plain.wide" })));
  }

  guards(guards) {
    const { w } = this.app;
    const count = (word) => guards.filter((one) => one.word === word).length;
    const sum = line(w, "guards.sum", { n: guards.length, clear: count("clear"), not: count("does not apply"), forbids: count("forbids") });
    return h("div.block", null, h("h3", { id: "guards" }, line(w, "guards"), " ", h("span", null, sum)),
      h("table.guards", { "aria-labelledby": "guards" }, h("tbody", null, guards.map((one) => h("tr", { key: one.id, "data-word": one.word },
        h("td.sign", { "aria-hidden": "true" }, SIGNS[one.word]),
        h("th", { scope: "row" }, w.text[`desk.guard.${one.id}`] ?? one.id),
        h("td.because", null, because(w, one)),
        h("td.limit", null, line(w, `word.${one.word}`)))))));
  }

  people(contest, p) {
    const { app } = this;
    const { w, link } = app;
    const mine = signed(p, link.name);
    const done = p.approvals.map((one, at) => h("li", { key: `by-${at}` }, h("b", null, `${at + 1}  ✓ ${one.by}`), one.at && ` · ${times(app)(one.at)}`,
      (one.because || one.becauses) && h("p.quiet", null, `“${because(w, one)}”`)));
    const open = Array.from({ length: Math.max(0, p.people - p.approvals.length) }, (_, at) => h("li.open", { key: `open-${at}` },
      h("b", null, `${p.approvals.length + at + 1}  ${line(w, p.approvals.length + at ? "waits_for.more" : "waits_for")}`),
      h("p.quiet", null, at || mine ? line(w, mine ? "you.signed" : "you.later") : this.next(p))));
    return h("div.block", null, h("h3", null, line(w, "signoff"), " ", h("span", null, line(w, "signoff.people", { n: p.people }, p.people))),
      h("ol.people", null, done, open));
  }

  /* The next to sign: me, who nobody else may be, and since when it waits. */
  next(p) {
    const { app } = this;
    const { w } = app;
    const since = Date.parse(p.approvals.at(-1)?.at ?? p.at);
    const said = [line(w, "you.may", { name: app.link.name }), p.approvals.length && line(w, "you.twice", { list: p.approvals.map((one) => one.by).join(", ") }),
      line(w, "waited", { t: w.lasted(Math.max(0, Math.floor((app.nightNow() - since) / 1000))) })];
    return said.filter(Boolean).join(" ");
  }

  /* Reason and buttons; whoever has signed sees no button to sign. */
  sign(contest, p, why) {
    const { app } = this;
    const { w, doing, link } = app;
    const mine = signed(p, link.name);
    const last = p.approvals.length + 1 >= p.people;
    const field = `because-${p.id}`;
    const name = this.names(contest, p.elected);
    const asks = doing.asks(p.id);
    if (asks === "approve") return [reason(app, field), sure(app, p.id, line(w, last ? "sure.approve" : "sure.first", { name }), this.follows(last), line(w, last ? "yes.approve" : "yes.first"), "approve"), said(app, "decide")];
    if (asks === "refuse") return [reason(app, field), sure(app, p.id, line(w, "sure.refuse", { name }), [line(w, "sure.refuse.more")], line(w, "yes.refuse"), "refuse"), said(app, "decide")];
    const all = app.d.channels?.all ?? 0;
    const label = p.people < 2 ? "approve" : last ? "approve.last" : "approve.first";
    return [
      reason(app, field),
      h("div.acts", { key: "acts", id: `acts-${p.id}` },
        !mine && button(line(w, label), "ask-approve", { style: "go", disabled: Boolean(why) || link.state !== "open", "aria-describedby": "since" }),
        button(line(w, "refuse"), "ask-refuse", { style: "plain.wide", disabled: link.state !== "open" }),
        h("p", null, line(w, mine ? "after.mine" : last ? (all ? "after.last" : "after.last.none") : "after.first", { n: all }))),
      said(app, "decide"),
    ];
  }

  follows(last) {
    const { w, d } = this.app;
    return last ? [line(w, "follows.public"), line(w, "follows.channels", { n: d.channels?.all ?? 0, live: d.channels?.live ?? 0 })] : [line(w, "follows.first")];
  }

  /* A call in force: the same place, and the way to take it back. */
  call(contest) {
    const { app } = this;
    const { w, doing, link } = app;
    const { call } = contest;
    const field = `because-${call.id}`;
    const name = this.names(contest, call.elected);
    const asks = doing.asks(call.id) === "retract";
    return [
      this.title(contest, line(w, "badge.called", { t: times(app)(call.at) }), "called", line(w, "called", { name })),
      h("p.why", null, because(w, call)),
      call.approvals?.length > 0 && h("p.quiet", null, line(w, "called.by", { list: call.approvals.map((one) => one.by).join(", ") })),
      h("div.evidence", null, this.against(contest, call.elected[0])),
      call.cushion_votes_now != null && h("p.since", null, say(w, "called.now", { from: w.number(call.cushion_votes), to: w.number(call.cushion_votes_now) })),
      call.guards_now?.length > 0 && this.guards(call.guards_now),
      reason(app, field, "reason.retract"),
      asks
        ? sure(app, call.id, line(w, "sure.retract", { name }), [line(w, "sure.retract.more", { n: app.d.channels?.all ?? 0 })], line(w, "yes.retract"), "retract")
        : h("div.acts", { key: "acts", id: `acts-${call.id}` },
          button(line(w, "retract"), "ask-retract", { style: "plain.wide", disabled: link.state !== "open" }), h("p", null, line(w, "retract.more"))),
      said(app, "decide"),
    ];
  }

  nothing() {
    const { app } = this;
    const { w, d } = app;
    return [
      h("h1", { id: "decide-title", tabindex: -1 }, line(w, "nothing")),
      h("p.why", null, line(w, "nothing.more")),
      d.contests.some((one) => one.rules?.some(free)) && h("p.quiet", null, line(w, "nothing.again")),
      d.contests.map((one) => h("div.block", { key: one.contest }, h("h3", null, w.name(one, "title")), h("p", null, because(w, one.call ?? {})), this.rules(one))),
      said(app, "decide"),
    ];
  }

  /* What each rule says now, and what forbids where one passes. */
  rules(contest) {
    const { w } = this.app;
    if (!contest.rules?.length) return null;
    return h("table.guards", { "aria-label": line(w, "rules") }, h("tbody", null, contest.rules.map((one) => {
      const forbids = forbidding(one);
      return h("tr", { key: one.rule }, h("td.sign", { "aria-hidden": "true" }, free(one) ? "✓" : "✕"), h("th", { scope: "row" }, ruleName(w, one.rule)),
        h("td.because", null, because(w, one), forbids.map((guard) => h("p", null, h("b", null, w.text[`desk.guard.${guard.id}`] ?? guard.id), ": ", because(w, guard)))),
        h("td.limit", null, line(w, one.passes ? (forbids.length ? "word.forbids" : "rule.passes") : "rule.not")));
    })));
  }

  look(id) {
    const contest = this.app.d.contests.find((one) => one.proposal?.id === id);
    if (contest) this.looked.set(id, looks(contest));
    this.app.draw("decide-title");
  }
}
