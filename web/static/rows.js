/* What the board says about each place: its tile, its row, and the sums. Know before changing: web/rows.py computes
   the same keys for the page the server sends; a browser test compares the two. What the tiles say can be chosen
   (view.mode): the lead, as the server says it, or what view.say and view.sum, of ways.js, say instead. */

import { short } from "./badge.js";
import { votesIn } from "./face.js";
import { NONE } from "./words.js";

export const view = { mode: "lead", say: null, sum: null };

/* How the places are spoken of now: before there may be a lead nothing else can be chosen. */
export const mode = (s, face) => (face.phase === "open" && (view.mode !== "swing" || s.swing) ? view.mode : "lead");

export const parentDay = (s, w) => {
  const parent = s.lineage?.parent ?? "";
  const [day] = /\d{4}-\d{2}-\d{2}$/.exec(parent) ?? [];
  return day ? w.day(day) : parent;
};

const turned = (s, face, area) => Boolean(s.areas[area].swing?.flipped) && (face.leads.get(area)?.first ?? null) !== null;

export const moved = (s, face, area, w) => {
  const { swing } = s.areas[area];
  return swing && s.swing && face.phase === "open" ? [face.mark(face.place(s.swing.first)), w.signed(swing.points)] : null;
};

/* Whose lead a change is of. */
export const whose = (s, face, w) => w.of(short(w, face.choices[face.place(s.swing.first)]));

const partOf = (part, whole) => `${whole ? Math.floor((part * 100) / whole) : 0}%`;

export function areaValues(s, face, area, w) {
  const facts = s.areas[area];
  const { boxes, boxes_total: total } = face.phase === "closed" ? facts.received : facts.counted;
  const lead = face.leads.get(area) ?? null;
  const values = { ...tile(facts, face, lead, w, boxes, total), ...row(s, face, area, lead, w) };
  values.boxes = `${w.number(boxes)}/${w.number(total)}`;
  values.pct = w.counted(boxes, total);
  values.w = partOf(boxes, total);
  values.tc = values.c;
  const flip = turned(s, face, area);
  values.flip = flip ? "" : null;
  values.turned = flip ? w.say("turned") : "";
  values.move = moved(s, face, area, w)?.join(" ").trim() ?? NONE;
  if (flip) values.say = w.say("say.flip", { say: values.say, name: short(w, face.choices[face.place(facts.swing.leader)]), t: parentDay(s, w) });
  return mode(s, face) === "lead" ? values : Object.assign(values, view.say(s, face, area, w));
}

function tile(facts, face, lead, w, boxes, total) {
  const area = w.name(facts);
  const pct = w.counted(boxes, total);
  const values = { c: null, s: null, mark: "", value: pct, brief: pct };
  if (face.phase === "closed") {
    values.line = w.say("tile.boxes", { n: w.number(boxes) }, boxes);
    values.say = w.say("say.closed", { area, pct });
  } else if (!lead) {
    values.line = w.say("tile.counted_word");
    values.say = w.say("say.grey", { area, pct });
  } else if (lead.first === null) {
    values.value = values.brief = "=";
    values.line = w.say("tile.tie", { pct });
    values.say = w.say("say.tie", { area, pct });
  } else {
    const name = short(w, face.choices[lead.first]);
    const points = w.points(lead.margin, lead.valid);
    const mark = face.mark(lead.first);
    Object.assign(values, { c: String(lead.first), s: String(lead.step), mark });
    values.value = mark ? points : name;
    values.brief = mark ? w.points(lead.margin, lead.valid, 0) : [...name].slice(0, 3).join("");
    values.line = mark ? w.say("tile.counted", { pct }) : `+${points} · ${pct}`;
    values.say = w.say("say.lead", { area, name, points, pct });
  }
  return values;
}

function row(s, face, area, lead, w) {
  const facts = s.areas[area];
  const votes = facts.counted.boxes ? votesIn(s, area) : {};
  const [first, second] = face.duel ? [face.left, face.right] : lead ? twoAhead(face, votes) : [null, null];
  const values = {};
  [first, second].forEach((place, at) => {
    const count = place === null ? null : votes[face.choices[place].id];
    values["n" + at] = place === null ? NONE : short(w, face.choices[place]);
    values["t" + at] = w.share(count, facts.valid);
    values["v" + at] = w.number(count);
  });
  const ahead = lead ? lead.first : null;
  values.ahead = ahead === null ? null : ahead === first ? "0" : ahead === second ? "1" : null;
  values.lp = !lead ? NONE : ahead === null ? "=" : w.points(lead.margin, lead.valid);
  values.lv = lead ? w.number(lead.margin) : NONE;
  values.lm = face.mark(ahead);
  values.who = values.lm && short(w, face.choices[ahead]);
  Object.assign(values, leadBar(face, lead));
  values.turnout = facts.registered && facts.voters != null ? w.share(facts.voters, facts.registered) : NONE;
  return values;
}

function twoAhead(face, votes) {
  if (face.phase !== "open") return [null, null];
  const order = face.choices.map((choice, at) => [votes[choice.id], at]).filter(([count]) => count != null)
    .sort((a, b) => b[0] - a[0] || a[1] - b[1]).map(([, at]) => at);
  return [order[0] ?? null, order[1] ?? null];
}

function leadBar(face, lead) {
  const margin = lead && lead.first !== null ? lead.margin : 0;
  if (!face.duel) return { bx: "0%", bw: partOf(margin, face.scale) };
  const bw = partOf(margin, 2 * face.scale);
  return { bx: lead && lead.first === face.left ? `${50 - parseInt(bw, 10)}%` : "50%", bw };
}

export function sumValues(s, face, w) {
  const pct = w.percent(s.lead_from_counted_pct || 0, 0);
  const each = w.level(face.level, 2);
  const kind = { closed: "received", early: "counted", open: "lead" }[face.phase];
  const [first, second] = { closed: leastReceived, early: reachedSum, open: leaders }[face.phase](s, face, w);
  const t = parentDay(s, w);
  const note = s.swing && face.phase === "open" ? w.say("table.note", { name: whose(s, face, w) }) : "";
  const values = {
    "tiles.title": w.say(`tiles.${kind}`, { each }),
    "tiles.sub": w.say(`tiles.${kind}_sub`, { pct, each }),
    "legend.hide": face.phase === "open" ? null : "",
    "flip.hide": face.areas.some((area) => turned(s, face, area)) ? null : "",
    "flip.text": w.say("legend.flip", { t }),
    "th.move": w.say("th.move", { t }),
    "table.note": note,
    "legend.grey": w.say(face.phase === "closed" ? "legend.fill" : "legend.grey", { pct }),
    "table.title": w.say("table.all", { n: face.areas.length, level: w.level(face.level, 1) }),
    "th.counted": w.say(face.phase === "closed" ? "th.received" : "th.counted"),
    "sum.first": first,
    "sum.second": second,
  };
  w.say("legend.steps").split(", ").forEach((step, at) => { values[`step.${at + 1}`] = step; });
  const named = (place) => w.say("legend.ahead", { name: short(w, face.choices[place]) });
  if (face.duel) Object.assign(values, { "legend.l": named(face.left), "legend.r": named(face.right) });
  return mode(s, face) === "lead" ? values : Object.assign(values, view.sum(s, face, w));
}

function leastReceived(s, face, w) {
  const known = face.areas.filter((area) => s.areas[area].received.boxes_total);
  if (!known.length) return ["", ""];
  const part = (area) => s.areas[area].received.boxes / s.areas[area].received.boxes_total;
  const least = known.reduce((a, b) => (part(b) < part(a) ? b : a));
  const { boxes, boxes_total: total } = s.areas[least].received;
  const whole = w.counted(s.received.boxes, s.received.boxes_total, 1);
  return [w.say("sum.lowest", { name: w.name(s.areas[least]), pct: w.counted(boxes, total), n: w.number(total) }),
    w.say("sum.lowest_sub", { level: w.level(face.level, 1), pct: whole })];
}

function reachedSum(s, face, w) {
  const pct = s.lead_from_counted_pct || 0;
  const n = face.areas.map((area) => s.areas[area].counted)
    .filter((part) => part.boxes_total && part.boxes * 100 >= pct * part.boxes_total).length;
  const said = { n, total: face.areas.length, level: w.level(face.level, 1), pct: w.percent(pct, 0) };
  return [w.say("sum.reached", said), w.say("sum.sample")];
}

function leaders(s, face, w) {
  const ahead = new Map();
  let tied = 0;
  const close = [];
  for (const [area, lead] of face.leads) {
    if (lead.first === null) tied += 1;
    else {
      ahead.set(lead.first, (ahead.get(lead.first) ?? 0) + 1);
      close.push([lead.margin / lead.valid, area]);
    }
  }
  const tail = tied ? " · " + w.say("sum.tied", { n: tied }) : "";
  return [whoLeads(face, ahead, w) + tail, [whoTurned(s, face, w), closest(s, face, close, w)].filter(Boolean).join(" ")];
}

function whoLeads(face, ahead, w) {
  const places = [...ahead.keys()];
  if (!places.length) return w.say("sum.none", { level: w.level(face.level, 0) });
  if (face.duel && places.every((place) => place === face.left || place === face.right)) {
    const [a, b] = [face.left, face.right].map((place) => short(w, face.choices[place]));
    return w.say("sum.ahead", { a: `▲ ${a}`, b: `${b} ▼`, n: ahead.get(face.left) ?? 0, m: ahead.get(face.right) ?? 0,
      level: w.level(face.level, ahead.get(face.left) === 1 ? 4 : 3) });
  }
  places.sort((a, b) => ahead.get(b) - ahead.get(a) || a - b);
  const list = places.map((place) => w.say("sum.item", { name: short(w, face.choices[place]), n: ahead.get(place) }));
  return w.say("sum.list", { list: list.join(", ") });
}

function whoTurned(s, face, w) {
  const areas = face.areas.filter((area) => turned(s, face, area));
  if (!areas.length) return "";
  const now = [...new Set(areas.map((area) => face.leads.get(area).first))].sort((a, b) => a - b);
  const list = now.map((place) => short(w, face.choices[place])).join(", ");
  return w.say("sum.turned", { n: areas.length, t: parentDay(s, w), list }, areas.length);
}

function closest(s, face, close, w) {
  if (close.length < 2) return "";
  close.sort((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : 1));
  const said = close.slice(0, 3).map(([, area]) => {
    const lead = face.leads.get(area);
    return [w.name(s.areas[area]), face.mark(lead.first), w.points(lead.margin, lead.valid)].filter(Boolean).join(" ");
  });
  return w.say("sum.closest", { list: said.join(", ") });
}
