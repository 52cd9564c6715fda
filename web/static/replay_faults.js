/* What can be done to the evening on its way, what must hold whatever is done, and whether it held; and what was done.
   Know before changing: whether the totals held is said by the replay, which counts the same evening a second time;
   only what became of this very connection is judged here. ✓ and ✕ stand beside words. */

import { h } from "./desk_dom.js";

const KINDS = ["stall", "duplicate", "reorder", "correct", "gateway"];
const STALLS = [300, 900, 1800, 3600];
const SHARES = [10, 50, 100];
const SPREADS = [60, 120, 600];
const MOVES = [5, 20, 50];
const AWAY = [5, 20, 60];
const WINDOW_S = 60;
const CORRECT_S = 3600;
const NEXT_S = 10;

export class Faults {
  constructor(app) {
    this.app = app;
    this.back = new Map();
  }

  pick(name) {
    return document.getElementById(`f-${name}`)?.value;
  }

  /* The words of a fault, as a file of faults has them. */
  words(kind) {
    const number = (name) => Number(this.pick(name));
    if (kind === "stall") return { kind, source: this.pick("source"), for_s: number("for") };
    if (kind === "duplicate") return { kind, chance_pct: number("share"), for_s: WINDOW_S };
    if (kind === "reorder") return { kind, within_s: number("spread"), for_s: WINDOW_S };
    if (kind === "correct") return { kind, ...(this.pick("area") && { area: this.pick("area") }), most_pct: number("moves"), most_reports: 1, after_s: NEXT_S, for_s: CORRECT_S };
    return { who: "gateway", do: "kill", for_s: number("away") };
  }

  select(name, label, options) {
    const { app } = this;
    return h("select", { key: `f-${name}`, id: `f-${name}`, "aria-label": app.line(label) },
      options.map(([value, text], n) => h("option", { value, selected: (name === "for" && n === 1) || null }, text)));
  }

  settings(kind) {
    const { app } = this;
    const { w } = app;
    const long = (seconds) => [seconds, app.line("for", { t: w.lasted(seconds) })];
    if (kind === "stall") return [this.select("source", "f.source", app.facts.sources.map((one) => [one.id, w.name(one)])), this.select("for", "f.for", STALLS.map(long))];
    if (kind === "duplicate") return [this.select("share", "f.share", SHARES.map((n) => [n, app.line("f.of_reports", { pct: w.percent(n, 0) })]))];
    if (kind === "reorder") return [this.select("spread", "f.spread", SPREADS.map((n) => [n, app.line("f.within", { t: w.lasted(n) })]))];
    if (kind === "correct") return [this.select("area", "f.area", [["", app.line("f.any")], ...app.facts.areas.map((one) => [one.id, one.name])]),
      this.select("moves", "f.moves", MOVES.map((n) => [n, app.line("f.votes", { pct: w.percent(n, 0) })]))];
    return [this.select("away", "f.away", AWAY.map(long))];
  }

  isOf(one, kind) {
    return one.kind ? one.kind === kind : kind === "gateway";
  }

  running(kind) {
    return this.app.facts.faults.findLast((one) => this.isOf(one, kind) && !one.over);
  }

  rows() {
    const { app } = this;
    return h("table.faults", { key: "faults" }, h("thead", null, h("tr", null, ["fault", "settings", "must"].map((name) => h("th", { scope: "col" }, app.line(`col.${name}`))), h("td", null))),
      h("tbody", null, KINDS.map((kind) => this.row(kind))));
  }

  row(kind) {
    const { app } = this;
    const running = this.running(kind);
    const off = kind === "gateway" && !app.facts.processes;
    const source = kind === "stall" && app.facts.sources.find((one) => one.id === this.pick("source"));
    const limit = source?.stall_after_s ? app.w.lasted(source.stall_after_s) : null;
    const must = limit ? app.line("must.stall_limit", { t: limit }) : app.line(`must.${kind}`);
    const state = running && h("span.tag.sim", null, this.left(running));
    const end = running && running.kind;
    return h("tr", { key: kind }, h("th", { scope: "row" }, h("b", null, app.line(`${kind}`)), h("small", null, app.line(`${kind}.is`)), state),
      h("td.settings", null, this.settings(kind)), h("td", null, off ? app.line("must.no_processes") : must),
      h("td.do", null, end ? app.button("■ " + app.line("end"), "end", { "data-id": running.id, style: "violet", "aria-label": `${app.line("end")}: ${app.line(kind)}` })
        : app.button(app.line("inject"), "inject", { "data-kind": kind, disabled: app.busy || off || (app.facts.ended && kind !== "gateway"), "aria-label": `${app.line("inject")}: ${app.line(kind)}` })));
  }

  /* How much of the night it still lasts. */
  left(one) {
    const { app } = this;
    const at = app.position();
    if (!one.end || at === null) return app.line("running");
    const left = Math.ceil((Date.parse(one.end) - at) / 1000);
    return left > 0 ? app.line("running_left", { t: app.w.lasted(left) }) : app.line("looking");
  }

  /* A connection that this page saw go: what it is told when it is back. */
  dropped(id, before) {
    this.back.set(id, { before, gone: false, at: performance.now() });
  }

  heard(state, open) {
    for (const one of this.back.values()) {
      if (!open) one.gone = true;
      else if (one.gone && one.s === undefined && state.whole > one.at) {
        one.s = Math.round((performance.now() - one.at) / 1000);
        one.ok = state.older === one.before;
      }
    }
  }

  /* What a fault did, and whether everything is as it must be. */
  outcome(one) {
    const { app } = this;
    const { w } = app;
    const said = [];
    const still = (text) => `${w.capital(text)}.`;
    const seen = this.back.get(one.id);
    if (!one.kind) {
      if (!seen) return [null, [one.over ? app.line("back") : still(app.line("running"))]];
      if (seen.s === undefined) return [null, [app.line("away")]];
      return [seen.ok, [app.line(seen.ok ? "back.ok" : "back.older", { n: seen.s })]];
    }
    if (one.touched) said.push(app.line(`did.${one.kind}`, { n: w.number(one.touched) }, one.touched));
    for (const moved of one.made_up)
      said.push(app.line("moved", { box: moved.box, n: w.number(moved.votes), from: this.choice(moved.giver), to: this.choice(moved.taker) }));
    if (!one.over) return [null, [...said, still(this.left(one))]];
    const { totals, told, no_call: noCall, holds, boxes, because } = one.checks;
    if (because) return [null, [...said, because]];
    if (holds === undefined) return [null, [...said, still(app.line("looking"))]];
    said.push(app.line(totals ? "same" : "differs", { n: w.number(boxes) }));
    if (told !== undefined) said.push(app.line(told ? "told" : "told.not"));
    else if (one.kind === "stall") said.push(app.line("told.short"));
    if (noCall !== undefined) said.push(app.line(noCall ? "no_call" : "no_call.not"));
    return [holds, said];
  }

  choice(id) {
    const { now } = this.app.state;
    const found = now?.choices.find((choice) => choice.id === id);
    return found ? this.app.w.name(found) : id;
  }

  /* What was done, the newest first: by whom, when, and what came of it. */
  did() {
    const { app } = this;
    const { did, faults } = app.facts;
    if (!did.length) return h("p.none", null, app.line("did.none"));
    const named = new Map(faults.map((one) => [one.id, one]));
    return h("ol.did", { key: "did" }, did.map((one) => {
      const fallen = one.id && named.get(one.id);
      const [ok, lines] = fallen ? this.outcome(fallen) : [one.because ? false : null, one.because ? [one.because] : []];
      return h("li", { key: one.id }, h("time", null, one.at ? app.clock(Date.parse(one.at)) : "–"),
        h("div", null, h("p", null, h("b", null, this.named(one)), " ", h("span.quiet", null, one.by)),
          lines.length > 0 && h("p.came", { "data-ok": ok === null ? null : String(ok) }, lines.join(" "))));
    }));
  }

  named(one) {
    const { app } = this;
    const { w } = app;
    if (one.do === "speed") return one.speed === null ? app.line("did.max") : app.line("did.speed", { n: app.w.times(one.speed) });
    if (one.do === "jump") return app.line("did.jump", { t: app.moment(one.to) });
    if (one.do === "step") return app.line("did.step", { n: w.number(one.records) }, one.records);
    if (one.do !== "fault") return app.line(`did.${one.do}`);
    const { fault } = one;
    if (fault.end) return app.line("did.end");
    if (fault.who) return app.line("did.process", { who: fault.who, t: w.lasted(fault.for_s) });
    const source = app.facts.sources.find((each) => each.id === fault.source);
    return app.line(KINDS.includes(fault.kind) ? fault.kind : "did.other", { kind: fault.kind }) + (source ? ` · ${w.name(source)}` : "");
  }
}
