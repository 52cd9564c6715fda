/* Why there is no call, the change since the parent night, and the foot: said on the board alone. Know before changing:
   web/story.py and web/view.py compute the same keys for the page the server sends; a browser test compares them. */

import { SPOKEN, callKind, short } from "./badge.js";
import { hidden, plain, reason } from "./story.js";
import { final } from "./view.js";
import { BOLD } from "./words.js";

const REASONS_MAX = 6;

export function whyValues(s, face, w) {
  const kind = callKind(s, face);
  if (face.phase === "closed" || SPOKEN.includes(kind)) return { "why.hide": "", "why.text": "", "why.sub": "" };
  const { guards = [], guards_asked: all } = s.call ?? {};
  const lines = face.phase === "open" ? guards.map((one) => against(one, w)) : [];
  const n = guards.filter(({ id }) => id !== "rule").length;
  const values = { "why.hide": null, "why.text": lines.length ? "" : reason(s.call ?? {}, w) || why(s, kind, w),
    "why.hide_text": hidden(lines.length), "why.hide_list": hidden(!lines.length),
    "why.sub": lines.length && n ? w.say("why.guards", { n, all }) : "" };
  for (let at = 0; at < REASONS_MAX; at += 1) {
    values[`why.${at}`] = lines[at] ?? "";
    values[`why.${at}.hide`] = hidden(at >= lines.length);
  }
  return values;
}

/* A reason against a call, its title bold. */
function against({ briefs, brief }, w) {
  const [, title, rest] = /^(.*?:(?= )|.*$) ?(.*)$/.exec(plain(briefs?.[w.lang] || brief || ""));
  return (BOLD + title + BOLD + " " + rest).trimEnd();
}

function why(s, kind, w) {
  const { boxes, boxes_total: total } = s.counted;
  if (kind === "waiting" || kind === "early" || s.margin_votes == null)
    return w.say("why.early", { pct: w.counted(boxes, total, 1), least: w.percent(s.lead_from_counted_pct || 0, 0) });
  return w.say(kind === "close" ? "why.close" : "why.open", { n: w.number(s.margin_votes),
    points: w.points(s.margin_votes, s.valid, 2), votes: w.number(s.outstanding?.votes_max) });
}

export function swingValues(s, face, w) {
  const swing = s.swing;
  const first = swing && face.phase === "open" ? face.place(swing.first) : null;
  if (first === null) return { "swing.hide": "", "swing.mark": "", "swing.c": null };
  const [parent] = /\d{4}-\d{2}-\d{2}$/.exec(s.lineage?.parent ?? "") ?? [];
  return { "swing.hide": null,
    "swing.title": parent ? w.say("swing.since", { t: w.day(parent) }) : w.say("swing.then"),
    "swing.same": w.say("swing.same", { n: w.number(swing.boxes) }, swing.boxes),
    "swing.mark": face.mark(first), "swing.c": String(first), "swing.num": w.signed(swing.points),
    "swing.unit": w.say("swing.unit", { name: w.of(short(w, face.choices[first])) }),
    "swing.naive": w.say("swing.naive", { n: w.signed(swing.naive_points) }) };
}

export function footValues(s, face, w) {
  const kind = callKind(s, face);
  const note = final(s, kind) ? "" : w.say(kind === "annulled" ? "call.kept" : "foot.unofficial");
  return {
    "foot.note": [note, w.name(s, "simulated_what")].filter(Boolean).join(" "),
    "foot.position": w.say("foot.position", { version: w.number(s.version), epoch: s.epoch }),
    "foot.hash": w.say("foot.hash", { hash: s.hash || "–" }),
  };
}
