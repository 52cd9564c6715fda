/* Beside the decision: what rang, what authorities decided, and what became of calls.
   Know before changing: an alert is acknowledged under a name and stays to be read; until it is sent it can be
   taken back. What a ruling needs stands in KINDS as sandik rule asks for it, and nowhere else in the browser. */

import { button, h } from "./desk_dom.js";
import { because, line, reason, rich, said, shortly, sure, times } from "./desk_parts.js";

const SHOWN = 6;
const waits = (one) => !one.acknowledged && (one.grade ?? "minor") !== "minor";
export const KINDS = {
  "embargo-announced": { at: true }, "embargo-lifted": { at: true },
  concession: { needs: ["choice"] },
  "objection-filed": {}, "objection-upheld": {}, "objection-rejected": {},
  "recount-ordered": { may: ["scope"] },
  certified: { needs: ["choice"], at: true }, annulled: {}, "rerun-set": { needs: ["date"] },
};

const dead = (d, id) => d.deliveries.some((one) => one.id === id && one.state === "dead" && !one.retracted);

export class Beside {
  constructor(app) {
    this.app = app;
    this.all = false;
    this.kind = "";
    this.contest = "";
  }

  draw() {
    return h("div.side-by", { key: "beside" }, this.alerts(), this.rulings(), this.calls());
  }

  alerts() {
    const { app } = this;
    const { w, d } = app;
    const open = d.alerts.filter(waits);
    const held = document.querySelector(".alerts:hover, .alerts:focus-within") !== null;
    const ordered = [...open, ...d.alerts.filter((one) => !waits(one))];
    const shown = this.all ? ordered : ordered.slice(0, SHOWN);
    const rows = app.steady.rows("alerts", shown, (one) => one.id, held);
    return h("section.alerts", { key: "alerts", "aria-labelledby": "alerts" },
      h("div.head-line", null, h("h2", { id: "alerts" }, line(w, "alerts")),
        h("p.tag", { id: "alerts-open" }, line(w, "alerts.open", { n: d.open ?? open.length })),
        d.alerts.length > SHOWN && button(line(w, this.all ? "alerts.fewer" : "alerts.all", { n: d.alerts.length }), "alerts-all", { "aria-expanded": String(this.all) })),
      rows.length ? h("ul.list", { role: "list" }, rows.map((one) => this.alert(one))) : h("p.none", null, line(w, "alerts.none")));
  }

  alert(one) {
    const { app } = this;
    const { w, d, doing } = app;
    const seen = one.acknowledged;
    const away = app.link.state !== "open" || doing.pending.has(one.id);
    const grade = one.grade ?? "minor";
    return h("li", { key: one.id, "data-grade": seen ? "minor" : grade, "data-id": one.id },
      h("i.box", { "aria-hidden": "true" }),
      h("div.what", { class: seen ? "what seen" : "what" },
        h("p.quiet", null, h("b", null, line(w, `grade.${grade}`)), ` ${times(app)(one.at)}`),
        h("p", null, h("b", null, `${shortly(w, app.d, one)}.`), " ", rich(because(w, one)), seen && ` ${line(w, "seen", { name: seen.by })}`),
        !seen && h("div.buttons", null,
          waits(one) && button(line(w, "acknowledge"), "acknowledge", { "data-id": one.id, disabled: away }),
          one.delivery && dead(d, one.delivery) && button(line(w, "resend"), "resend", { "data-id": one.delivery, disabled: away || doing.pending.has(one.delivery) }),
          button(line(w, "copy"), "copy", { "data-id": one.id })),
        seen?.by === app.link.name && h("div.buttons", null, button(line(w, "reopen"), "reopen", { "data-id": one.id, disabled: away })),
        said(app, one.id)));
  }

  rulings() {
    const { app } = this;
    const { w, d, doing } = app;
    const open = doing.open.has("rule");
    const rows = d.contests.flatMap((contest) => contest.rulings.map((one) => ({ ...one, contest })));
    return h("section", { key: "rulings", "aria-labelledby": "rulings" },
      h("div.head-line", null, h("h2", { id: "rulings" }, line(w, "rulings")),
        button(line(w, "rule.record"), "toggle", { "data-id": "rule", "aria-expanded": String(open), id: "acts-rule" })),
      open && this.form(),
      said(app, "rule"),
      rows.length ? h("ol.past-of", null, rows.map((one) => h("li", { key: one.id },
        h("time", { datetime: one.at }, times(app)(one.at)), h("span", null, h("b", null, w.name(one, "title") || line(w, `ruled.${one.kind}`)), " ", because(w, one)), h("small", null, [w.name(one, "actor"), this.of(one)].filter(Boolean).join(" · ")))))
        : h("p.none", null, line(w, "rulings.none")));
  }

  /* What is recorded: the kind, what the kind needs, and why; then once more, in words. */
  form() {
    const { app } = this;
    const { w, d, doing } = app;
    const contest = this.about();
    const asked = KINDS[this.kind] ?? {};
    const asks = doing.asks("rule") === "rule";
    const pick = (id, name, options, chosen, act, { key = id, ...more } = {}) => h("label", { key, for: id }, line(w, name),
      h("select", { id, "data-change": act, disabled: asks || null, ...more }, options.map(([value, text]) => h("option", { value, selected: value === chosen || null }, text))));
    const type = (id, name, more) => h("label", { key: id, for: id }, line(w, name), h("input", { key: `${id}-in`, id, value: doing.begun(id), autocomplete: "off", ...more }));
    const choices = contest.choices.map((one) => [one.id, w.name(one)]);
    const wanted = this.wanted(contest);
    return h("div.form", { key: "rule-form", id: "rule-form" },
      pick("rule-kind", "rule.kind", [["", line(w, "rule.choose")], ...Object.keys(KINDS).map((kind) => [kind, line(w, `ruled.${kind}`)])], this.kind, "rule-kind"),
      d.contests.length > 1 && pick("rule-contest", "rule.contest", d.contests.map((one) => [one.contest, w.name(one, "title")]), contest.contest, "rule-contest"),
      wanted.includes("choice") && pick("rule-choice", "rule.choice", [["", "–"], ...choices], "", "none", { key: `choice-${contest.contest}` }),
      wanted.includes("elected") && pick("rule-elected", "rule.elected", choices, null, "none", { key: `elected-${contest.contest}`, multiple: true }),
      wanted.includes("scope") && pick("rule-scope", "rule.scope", [["part", line(w, "rule.part")], ["all", line(w, "rule.whole")]], "part", "none"),
      wanted.includes("date") && type("rule-date", "rule.date", { type: "date" }),
      asked.at && type("rule-at", "rule.at", { placeholder: "19:15", maxlength: 32 }),
      this.kind && reason(app, "rule-because", "rule.because"),
      this.kind && (asks
        ? sure(app, "rule", line(w, "sure.rule", { what: line(w, `ruled.${this.kind}`), contest: w.name(contest, "title") }), [...this.named(contest), line(w, "sure.rule.more")], line(w, "yes.rule"), "rule")
        : h("div.acts", null, button(line(w, "rule.go"), "ask-rule", { style: "plain.wide", disabled: app.link.state !== "open" }))));
  }

  about() {
    const { contests } = this.app.d;
    return contests.find((one) => one.contest === this.contest) ?? contests[0];
  }

  /* What the kind needs of this contest: where several are elected, a certificate names all of them. */
  needs({ seats }) {
    return this.kind === "certified" && seats > 1 ? ["elected"] : (KINDS[this.kind]?.needs ?? []);
  }

  wanted(contest) {
    return [...this.needs(contest), ...(KINDS[this.kind]?.may ?? [])];
  }

  /* Whom the ruling names, or which day, to be read once more before the yes. */
  named({ choices }) {
    const { w, doing } = this.app;
    const chosen = ["choice", "elected"].flatMap((name) => doing.typed(`rule-${name}`).split(","));
    const names = [...choices.filter(({ id }) => chosen.includes(id)).map((one) => w.name(one)), w.date(doing.typed("rule-date"))].filter(Boolean);
    return names.length ? [line(w, "sure.rule.named", { name: names.join(", ") })] : [];
  }

  /* The fields of the form as the act says them; null: something is missing. */
  ruling() {
    const { doing } = this.app;
    const contest = this.about();
    const data = Object.fromEntries(this.wanted(contest).map((name) => [name, doing.typed(`rule-${name}`)]).filter(([, value]) => value));
    const missing = this.needs(contest).find((name) => !data[name]);
    if (missing) {
      document.getElementById(`rule-${missing}`)?.focus();
      return null;
    }
    const at = doing.typed("rule-at");
    return { kind: this.kind, contest: contest.contest, data, because: doing.typed("rule-because"), ...(at && { at }) };
  }

  /* Of which contest something is, where there are several. */
  of({ contest }) {
    const { w, d } = this.app;
    return d.contests.length > 1 && w.name(contest, "title");
  }

  calls() {
    const { app } = this;
    const { w, d } = app;
    const rows = d.contests.flatMap((contest) => contest.calls.map((one) => ({ ...one, contest })));
    return h("section", { key: "calls", "aria-labelledby": "calls" }, h("h2", { id: "calls" }, line(w, "calls")),
      rows.length ? h("ol.past-of", null, rows.map((one) => h("li", { key: one.id },
        h("time", { datetime: one.at }, times(app)(one.at)), h("span", null, h("b", null, line(w, `told.${one.kind}`)), " ", because(w, one)), h("small", null, [one.by && !because(w, one).startsWith(one.by) && one.by, this.of(one)].filter(Boolean).join(" · ")))))
        : h("p.none", null, line(w, "calls.none")));
  }
}
