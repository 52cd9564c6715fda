/* Pieces that several parts of the desk are made of.
   Know before changing: a sentence that an act was answered with is the gateway's own, in English, and says so. */

import { button, h } from "./desk_dom.js";
import { BOLD } from "./words.js";

/* A sentence with its bold parts. */
export function rich(text) {
  if (!text?.includes(BOLD)) return [text ?? ""];
  return text.split(BOLD).map((part, at) => (at % 2 ? h("b", null, part) : part));
}

/* A sentence of the desk, with its bold parts. */
export const say = (w, key, values, count) => rich(w.say(`desk.${key}`, values, count));
export const line = (w, key, values, count) => w.say(`desk.${key}`, values, count);

/* The sentence why, in the language of the page. */
export const because = (w, one) => w.name(one, "because");

/* A title without what the whole page says already: the mode, and the only contest there is. */
export function shortly(w, d, one) {
  const title = w.name(one, "title").replace(/(?:\p{Lu}{2,} · )+/gu, "");
  return w.capital(d.contests.length === 1 ? title.replace(`${w.name(d.contests[0], "title")}: `, "") : title);
}

/* A field for the reason, which is kept while somebody types. */
export function reason({ w, doing }, name, key = "reason") {
  const wrong = doing.missing === name;
  return h("div", { key: `${name}-field` },
    h("label.reason", { for: name }, say(w, key)),
    h("textarea", { key: name, id: name, value: doing.begun(name), rows: 1, maxlength: 2000, required: true, "aria-invalid": wrong || null, "aria-describedby": wrong ? `${name}-wrong` : null }),
    wrong && h("p.problem", { id: `${name}-wrong` }, line(w, "reason.missing")));
}

/* What became of the last act at a place, and of which contest where there are several. */
export function said({ w, d, doing }, place) {
  const found = doing.said.get(place);
  if (!found) return null;
  const { ok, outcome, what, because: text } = found;
  const key = `out.${outcome}`;
  const about = d.contests.length > 1 && d.contests.find((one) => one.contest === found.contest);
  const known = w.text[`desk.${key}`] ? key : ok ? "out.done" : "out.not";
  return h("div.said", { key: `said-${place}`, id: `said-${place}`, tabindex: -1, "data-ok": String(ok) },
    h("b", null, about && `${w.name(about, "title")}: `, line(w, known, { what: line(w, `do.${what}`) })),
    text && h("p", { lang: "en" }, text),
    h("div.acts", null, button(line(w, "close"), "hush", { "data-place": place })));
}

/* The second question, with what follows from a yes. */
export function sure({ w, doing }, place, title, lines, yes, act) {
  const busy = doing.busy === place;
  return h("div.sure", { key: `sure-${place}`, id: `sure-${place}`, tabindex: -1, role: "group", "aria-label": line(w, "sure") },
    h("h3", null, title), lines.map((one) => h("p", null, one)),
    h("div.acts", null,
      button(busy ? line(w, "sending") : yes, act, { style: "go", disabled: doing.busy !== null }),
      button(line(w, "back"), "back", { style: "plain.wide", "data-place": place, disabled: busy })));
}

/* A bar of so many of so many; more than a tenth of a percent is always seen. */
export function bar(part, whole, kind, colour = null) {
  const width = whole > 0 && part > 0 ? Math.max(0.1, Math.min(100, (part / whole) * 100)) : 0;
  return h("svg.scale", { class: `scale ${kind}`, "aria-hidden": "true" },
    kind === "hatch" && h("defs", null, h("pattern", { id: "desk-hatch", width: 6, height: 6, patternUnits: "userSpaceOnUse" }, h("path", { d: "M-1 7 7-1M-1 1 1-1M5 7 7 5" }))),
    h("rect.in", { width: `${width.toFixed(2)}%`, height: "100%", "data-c": colour }));
}

export const times = (app) => (at, seconds = true) => app.w.moment(at, app.d.time_zone, app.d.date, seconds);

/* Rows as they stood while somebody points at them or is among them; what is new comes behind. */
export class Steady {
  constructor() {
    this.orders = new Map();
  }

  rows(name, rows, key, held) {
    const by = new Map(rows.map((row) => [key(row), row]));
    const before = held ? (this.orders.get(name) ?? []).filter((id) => by.has(id)) : [];
    const order = [...before, ...[...by.keys()].filter((id) => !before.includes(id))];
    this.orders.set(name, order);
    return order.map((id) => by.get(id));
  }
}
