/* Below the decision: boxes held back, sources and their silence, deliveries and what did not arrive.
   Know before changing: rows keep their order while somebody points at them or is among them. A box held back is
   counted nowhere until a person decides, with a reason, in two steps; it is in several contests and in the counts of
   several sources, and each paper of it is decided by itself. A dead letter is sent again by hand. */

import { button, h } from "./desk_dom.js";
import { because, line, reason, said, shortly, sure, times } from "./desk_parts.js";

const ROWS = 5;
/* Every paper held back, under a name that no other has: of the contest, the source, the box and the revision. */
export const heldBack = (d) => d.contests.flatMap((contest) => contest.quarantine.rows.map((one) =>
  ({ ...one, contest, id: [contest.contest, one.source, one.box, one.revision].join("/") })));
const cell = (name, label, ...children) => h(`td.${name}`, { "data-label": label }, ...children);

export class Tables {
  constructor(app) {
    this.app = app;
    this.check = "";
    this.all = false;
  }

  draw() {
    return [this.quarantine(), h("div.half.whole", { key: "half" }, this.sources(), this.deliveries())];
  }

  heads(...names) {
    const { w } = this.app;
    return h("thead", null, h("tr", null, names.map(([name, kind]) => h("th", { scope: "col", class: kind ?? null }, name ? line(w, name) : h("span.vh", null, line(w, "col.do"))))));
  }

  quarantine() {
    const { app } = this;
    const { w, d } = app;
    const rows = heldBack(d);
    const boxes = d.contests.reduce((sum, one) => sum + one.quarantine.boxes, 0);
    const votes = d.contests.reduce((sum, one) => sum + (one.quarantine.votes_max ?? 0), 0);
    const marked = d.contests.reduce((sum, one) => sum + (one.quarantine.marked ?? 0), 0);
    const rest = d.contests.reduce((sum, one) => sum + (one.quarantine.more ?? 0), 0);
    const decisive = d.contests.filter((one) => one.quarantine.decisive);
    const of = d.contests.length > 1 && decisive.length ? `: ${decisive.map((one) => w.name(one, "title")).join(", ")}` : "";
    const codes = [...new Set(rows.map((one) => one.code))].sort();
    if (!codes.includes(this.check)) this.check = "";
    const held = document.querySelector(".quarantine:hover, .quarantine:focus-within") !== null;
    const picked = app.steady.rows("quarantine", rows.filter((one) => !this.check || one.code === this.check), (one) => one.id, held);
    const shown = this.all ? picked : picked.slice(0, ROWS);
    const chip = (code, n) => h("button.chip", { key: `c-${code}`, type: "button", "data-do": "check", "data-id": code, "aria-pressed": String(this.check === code) },
      `${code ? w.text[`desk.check.${code}`] ?? code : line(w, "all")} ${n}`);
    return h("section.quarantine.whole", { key: "quarantine", "aria-labelledby": "quarantine" },
      h("div.head-line", null,
        h("h2", { id: "quarantine" }, boxes ? line(w, !votes ? "quarantine.ban" : marked ? "quarantine.marked" : "quarantine", { n: w.number(boxes), m: w.number(marked), votes: w.number(votes) }, boxes) : line(w, rows.length ? "quarantine.other" : "quarantine.none")),
        boxes > 0 && votes > 0 && h("p.tag", null, line(w, decisive.length ? "can_change" : "cannot_change") + of),
        codes.length > 1 && h("div.chips", { role: "group", "aria-label": line(w, "filter") }, chip("", rows.length), codes.map((code) => chip(code, rows.filter((one) => one.code === code).length)))),
      rows.length > 0 && h("p.quiet", null, line(w, "quarantine.rule")),
      shown.length > 0 && h("table.rows-of", { "aria-labelledby": "quarantine" },
        this.heads(["col.box"], ["col.check"], ["col.wrong"], ["col.voters", "n"], ["col.since", "n"], ["col.decision", "do"]),
        h("tbody", null, shown.flatMap((one) => this.held(one)))),
      picked.length > shown.length && h("p.none", null, button(line(w, "more", { n: picked.length - shown.length }), "more")),
      rest > 0 && h("p.none", null, line(w, "rest", { n: w.number(rest) }, rest)));
  }

  held(one) {
    const { app } = this;
    const { w, doing } = app;
    const open = doing.open.has(one.id);
    const choose = (what, key) => button(line(w, key), `box-${what}`, { "data-id": one.id, "aria-expanded": String(doing.asks(one.id) === what), disabled: app.link.state !== "open" });
    const row = h("tr", { key: one.id, "data-box": one.box },
      h("th", { scope: "row" }, w.name(one, "area_name") || one.area, " ", h("small", null, [one.label ?? one.box, ...this.whose(one)].join(" · "))),
      cell("code", line(w, "col.check"), h("span.tag", null, one.code)),
      cell("wrong", line(w, "col.wrong"), because(w, one), one.votes_max != null && h("small", null, ` ${line(w, "could", { n: w.number(one.votes_max) })}`),
        one.upheld && h("p.quiet", null, line(w, "upheld", { name: one.upheld.by, t: times(app)(one.upheld.at), because: one.upheld.because }))),
      cell("n", line(w, "col.voters"), w.number(one.voters)),
      cell("n", line(w, "col.since"), times(app)(one.since)),
      cell("do", line(w, "col.decision"), button(line(w, "open"), "toggle", { "data-id": one.id, "aria-expanded": String(open) }),
        one.clears !== false && choose("clear", "count_it"), !one.upheld && choose("uphold", "keep_out")));
    const asks = doing.asks(one.id);
    if (!open && !asks && !doing.said.has(one.id)) return [row];
    return [row, h("tr.open-row", { key: `${one.id}/open` }, h("td", { colspan: 6 },
      (open || asks === "clear") && this.papers(one),
      asks && [reason(app, `because-${one.id}`),
        sure(app, one.id, line(w, `sure.${asks}`, { box: `${w.name(one, "area_name") || one.area} ${one.label ?? one.box}` }), [line(w, `sure.${asks}.more`)], line(w, `yes.${asks}`), `box-do`)],
      said(app, one.id)))];
  }

  /* Of which contest a paper is, where there are several; and whose, where it is not of the count that is shown. */
  whose({ contest, source }) {
    const { w, d } = this.app;
    const of = d.sources.find((one) => one.id === source && one.contest === contest.contest);
    return [d.contests.length > 1 && w.name(contest, "title"), of && !of.published && w.name(of)].filter(Boolean);
  }

  /* The papers of a box beside each other; two of one revision cannot be told apart, and only a newer one settles it. */
  papers(one) {
    const { app } = this;
    const { w } = app;
    if (!one.papers?.length) return h("p.none", null, line(w, "papers.none"));
    return h("div.papers", null, one.clears === false && h("p.quiet", null, line(w, "paper.two")), one.papers.map((paper, at) => h("div", { key: `p-${at}` },
      h("table", null,
        h("caption", null, line(w, "paper", { n: paper.revision ?? one.revision, t: times(app)(paper.heard_at) })),
        h("tbody", null,
          [["registered", paper.registered], ["voters", paper.voters], ["valid", paper.valid], ["invalid", paper.invalid]].filter(([, n]) => n != null)
            .map(([name, n]) => h("tr", { key: name }, h("th", { scope: "row" }, line(w, `col.${name}`)), h("td", null, w.number(n)))),
          one.contest.choices.filter((choice) => paper.choices?.[choice.id] != null).map((choice) => h("tr", { key: `v-${choice.id}` },
            h("th", { scope: "row" }, w.name(choice)), h("td", null, w.number(paper.choices[choice.id])))))))));
  }

  sources() {
    const { app } = this;
    const { w, d } = app;
    return h("section", { key: "sources", "aria-labelledby": "sources" }, h("h2", { id: "sources" }, line(w, "sources")),
      h("table.rows-of", { "aria-labelledby": "sources" },
        this.heads(["col.source"], ["col.level"], ["col.boxes", "n"], ["col.counted", "n"], ["col.pace"], ["col.state", "n"]),
        h("tbody", null, d.sources.map((one) => h("tr", { key: `${one.id}/${one.contest}`, "data-state": one.stalled ? "stalled" : null },
          h("th", { scope: "row" }, one.simulated ? w.name(one).replace(/ \([^)]*\)$/, "") : w.name(one), " ", d.contests.length > 1 && h("small", null, `${w.name(d.contests.find((other) => other.contest === one.contest), "title")} `), one.published && h("span.tag", null, line(w, "shown")), one.simulated && h("span.tag.sim", null, line(w, "sim"))),
          cell("level", line(w, "col.level"), one.level === "box" || !one.level ? line(w, "level.box") : w.level(one.level, 1)),
          cell("n", line(w, "col.boxes"), one.silent_s == null ? "–" : w.number(one.boxes)),
          cell("n", line(w, "col.counted"), h("b", null, one.silent_s == null ? "–" : w.counted(one.boxes, one.boxes_total, 1))),
          cell("pace-of", line(w, "col.pace"), this.pace(one.pace), h("small", null, one.silent_s == null ? line(w, "never", { limit: w.lasted(one.limit_s ?? 0) }) : line(w, "silent", { t: w.lasted(one.silent_s), limit: w.lasted(one.limit_s ?? 0) }))),
          cell("n", line(w, "col.state"), h("b", null, line(w, one.stalled ? "stalled" : one.silent_s == null ? "unheard" : "hears"))))))));
  }

  /* Reports in each of the last spans, oldest first; a table beside it says the same in words. */
  pace(counts) {
    if (!counts?.length) return null;
    const wide = 112 / counts.length;
    const most = Math.max(...counts);
    const tall = (n) => Math.max(3, Math.round((12 * n) / most));
    return h("svg.pace", { "aria-hidden": "true", viewBox: "0 0 112 12" }, counts.map((n, at) => n > 0 &&
      h("rect", { key: `t-${at}`, x: (at * wide).toFixed(1), width: 2, y: 12 - tall(n), height: tall(n) })));
  }

  deliveries() {
    const { app } = this;
    const { w, d } = app;
    const dead = d.deliveries.filter((one) => one.state === "dead").length;
    return h("section", { key: "deliveries", "aria-labelledby": "deliveries" },
      h("div.head-line", null, h("h2", { id: "deliveries" }, line(w, "deliveries")), dead > 0 && h("p.tag", { id: "dead" }, line(w, "dead.n", { n: dead }, dead))),
      d.deliveries.length ? h("table.rows-of", { "aria-labelledby": "deliveries" },
        this.heads(["col.to"], ["col.event"], ["col.tries", "n"], ["col.state"], ["", "do"]),
        h("tbody", null, d.deliveries.flatMap((one) => this.delivery(one)))) : h("p.none", null, line(w, "deliveries.none")),
      this.unheard());
  }

  /* Who has not heard what, in words: one sentence for each receiver. */
  unheard() {
    const { w, d } = this.app;
    const dead = d.deliveries.filter((one) => one.state === "dead" && !one.retracted);
    return [...new Set(dead.map((one) => one.to))].map((who) => {
      const all = dead.filter((one) => one.to === who);
      return h("p.unheard", { key: `unheard-${who}` }, line(w, "deliveries.unheard", { who, n: all.length, what: shortly(w, d, all[0]) }, all.length));
    });
  }

  delivery(one) {
    const { app } = this;
    const { w, doing } = app;
    const going = doing.pending.has(one.id);
    const state = { sent: "✓ ", dead: "✕ ", waiting: "… ", retrying: "↻ " }[one.state] ?? "";
    const row = h("tr", { key: one.id, "data-state": one.state, "data-delivery": one.id },
      h("th", { scope: "row" }, one.to, " ", h("small", null, one.channel)),
      cell("event", line(w, "col.event"), shortly(w, app.d, one)),
      cell("n", line(w, "col.tries"), one.tries_max && one.state === "dead" ? line(w, "tries", { n: one.tries, of: one.tries_max }) : w.number(one.tries)),
      cell("how", line(w, "col.state"), state, h(one.state === "dead" ? "b" : "span", null, line(w, `delivery.${one.state}`)), one.last && ` · ${one.last}`),
      cell("do", line(w, "col.do"), one.state === "dead" && (one.retracted ? line(w, "delivery.retracted") : button(line(w, going ? "resending" : "resend"), "resend", { "data-id": one.id, disabled: going || app.link.state !== "open" }))));
    return doing.said.has(one.id) ? [row, h("tr.open-row", { key: `${one.id}/said` }, h("td", { colspan: 5 }, said(app, one.id)))] : [row];
  }
}
