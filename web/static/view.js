/* What the board says above its tiles. Know before changing: web/view.py computes the same keys for the page the
   server sends; a browser test compares the two for every snapshot of the fixtures. */

import { callKind, short } from "./badge.js";
import { SLOTS_MAX, width } from "./face.js";
import { callValues, hidden } from "./story.js";

const part = (s, face) => (face.phase === "closed" ? s.received : s.counted);

/* What every page says of a contest; `more` computes what a page says besides. */
export function topValues(s, face, w, more = []) {
  const values = { phase: face.phase };
  for (const one of [ribbon, head, callValues, race, ballot, counted, underBan, ...more]) Object.assign(values, one(s, face, w));
  return values;
}

export function leadLabel(face, leader, w) {
  if (face.seats > 1) return w.say("margin_line");
  if (leader === null) return w.say("lead");
  return w.say("lead_of", { name: w.of(short(w, face.choices[leader])) });
}

function nightRest(s, w) {
  const title = w.name(s, "title");
  const name = w.name(s, "night_name");
  return title && name.startsWith(title + ", ") ? name.slice(title.length + 2) : w.date(s.date);
}

function ribbon(s, face, w) {
  const mode = s.mode ?? "live";
  const tags = mode === "live" ? [] : [w.say(`mode.${mode}`)];
  if (s.simulated) tags.push(w.say("simulated"));
  const date = w.date(s.date);
  let right = "";
  if (mode === "replay") right = w.say("replaying", { date });
  else if (mode === "rehearsal") right = w.say("rehearsing", { date });
  return { "ribbon.hide": hidden(!tags.length), "ribbon.tag": tags.join(" · "),
    "ribbon.what": w.name(s, "simulated_what"), "ribbon.right": right };
}

function head(s, face, w) {
  const { boxes, boxes_total: total } = part(s, face);
  const all = s.counted.boxes_total;
  const line = s.headline?.[w.lang] || s.headline?.en || "";
  const places = face.areas.length;
  const extent = w.say("places",
    { areas: places, level: w.level(face.level, places === 1 ? 0 : 1), boxes: w.number(all) }, all);
  const kind = callKind(s, face);
  const closedNow = face.phase === "closed";
  return {
    "status.last": s.at ? w.say("last_data", { t: w.moment(s.at, s.time_zone, s.date) }) : w.say("no_data"),
    "status.boxes": w.say(closedNow ? "boxes_received" : "boxes_of", { n: w.number(boxes), total: w.number(total) }),
    "status.official": w.say(closedNow ? "ban" : kind === "annulled" ? kind : final(s, kind) ? "official" : "unofficial"),
    "head.title": w.name(s, "title"),
    "head.rest": ` · ${nightRest(s, w)} · ${extent}`,
    "head.line": line,
    "doc.title": w.say("title", { line: line || w.name(s, "title") }),
  };
}

export const final = (s, kind) => s.official || kind === "certified" || kind === "lot";

function race(s, face, w) {
  if (face.phase === "closed") return {};
  return face.duel ? duel(s, face, w) : list(s, face, w);
}

function middle(s, face, w) {
  const { boxes, boxes_total: total } = part(s, face);
  const leader = face.place(s.leader);
  const margin = s.margin_votes;
  const values = { "race.kind": "lead", "race.mark": "", "race.lead.c": null, "race.label": "" };
  if (face.phase === "early") {
    values["race.kind"] = "counted";
    values["race.num"] = w.counted(boxes, total, 1);
    values["race.sub"] = w.say("of_boxes_counted");
  } else if (s.tie || (leader === null && margin === 0)) {
    values["race.kind"] = "tie";
    values["race.num"] = w.say("tied");
    values["race.sub"] = w.say("tied_sub");
  } else {
    values["race.num"] = w.number(margin);
    values["race.sub"] = w.say("margin_sub", { points: w.points(margin, s.valid, 2) });
    values["race.label"] = leadLabel(face, leader, w);
    if (leader !== null && face.seats === 1) {
      values["race.mark"] = face.mark(leader);
      values["race.lead.c"] = String(leader);
    }
  }
  return values;
}

function atCounted(s, face, w) {
  const { boxes, boxes_total: total } = part(s, face);
  return total && boxes === total ? w.say("all_counted") : w.say("at_counted", { pct: w.counted(boxes, total, 1) });
}

function duel(s, face, w) {
  const values = middle(s, face, w);
  const valid = s.valid || 0;
  const at = atCounted(s, face, w);
  const ends = [];
  for (const [side, place] of [["l", face.left], ["r", face.right]]) {
    const votes = face.choices[place].votes;
    ends.push(votes || 0);
    values[`race.${side}.num`] = w.shareNumber(votes, valid, face.phase === "early" ? 1 : 2);
    values[`race.${side}.none`] = hidden(votes == null || !valid);
    values[`race.${side}.votes`] = w.say("votes", { n: w.number(votes) }, votes);
    values[`race.${side}.at`] = at;
    values[`race.${side}.w`] = width(votes || 0, valid);
    values[`race.${side}.c`] = face.phase === "open" ? String(place) : null;
  }
  const [left, right] = ends;
  values["race.r.x"] = width(valid - right, valid);
  values["race.o.x"] = width(left, valid);
  values["race.o.w"] = width(valid - left - right, valid);
  return Object.assign(values, barLabels(left, right, valid, w));
}

function barLabels(left, right, valid, w) {
  const others = valid - left - right;
  let side = ["end", "-6", "50.00%", "start", "6"];
  if (2 * left >= valid) {
    const near = left * 10 > valid * 7;
    side = ["end", "-6", near ? width(valid - right, valid) : width(left, valid), near ? "end" : "start", "0"];
  } else if (2 * right >= valid) {
    const near = right * 10 > valid * 7;
    side = ["start", "6", near ? width(left, valid) : width(valid - right, valid), near ? "start" : "end", "0"];
  }
  const [anchor, dx, x, othersAnchor, othersDx] = side;
  return { "half.anchor": anchor, "half.dx": dx, "others.x": x, "others.anchor": othersAnchor, "others.dx": othersDx,
    "others.text": others > 0 ? w.say("others", { pct: w.share(others, valid, 2) }) : "" };
}

function standingOrder(s, face) {
  const known = (s.order ?? []).map(face.place).filter((place) => place !== null);
  return known.concat(face.choices.map((_, place) => place).filter((place) => !known.includes(place)));
}

function list(s, face, w) {
  const values = middle(s, face, w);
  const valid = s.valid || 0;
  const early = face.phase === "early";
  const order = early ? face.choices.map((_, place) => place) : standingOrder(s, face);
  const digits = early ? 1 : 2;
  const whole = Math.max(2 * Math.max(0, ...face.choices.map((choice) => choice.votes || 0)), valid);
  order.slice(0, SLOTS_MAX).forEach((place, slot) => {
    const choice = face.choices[place];
    const votes = choice.votes;
    values[`slot.${slot}.name`] = w.name(choice);
    values[`slot.${slot}.party`] = partyLine(s, choice, w);
    values[`slot.${slot}.share`] = w.share(votes, valid, digits);
    values[`slot.${slot}.votes`] = w.say("votes", { n: w.number(votes) }, votes);
    values[`slot.${slot}.w`] = width(2 * (votes || 0), whole);
    values[`slot.${slot}.c`] = early ? null : String(place);
  });
  const rest = order.slice(SLOTS_MAX);
  const votes = rest.reduce((sum, place) => sum + (face.choices[place].votes || 0), 0);
  values["slot.rest.name"] = rest.length ? w.say("others_row", { n: rest.length }, rest.length) : "";
  values["slot.rest.share"] = w.share(votes, valid, digits);
  values["slot.rest.votes"] = w.say("votes", { n: w.number(votes) }, votes);
  values["race.half.x"] = width(valid, whole);
  values["race.at"] = atCounted(s, face, w);
  return values;
}

function ballot(s, face, w) {
  const values = {};
  face.choices.forEach((choice, place) => {
    values[`ballot.${place}.share`] = w.share(choice.votes, s.valid, 2);
    values[`ballot.${place}.votes`] = w.number(choice.votes);
  });
  return values;
}

function partyLine(s, choice, w) {
  return [w.name(s.parties?.[choice.party]), w.name(s.alliances?.[choice.alliance])].filter(Boolean).join(" · ");
}

function counted(s, face, w) {
  const { boxes, boxes_total: total } = part(s, face);
  const out = s.outstanding;
  const key = face.phase === "closed" ? "received_line" : "counted_line";
  let right;
  if (face.phase === "closed" || !out) right = w.say("to_come", { n: w.number(total - boxes) }, total - boxes);
  else if (!out.boxes) right = w.say("none_out");
  else right = w.say("out_line", { n: w.number(out.boxes), votes: w.number(out.votes_max) }, out.boxes);
  const left = w.say(key, { n: w.number(boxes), total: w.number(total), pct: w.counted(boxes, total, 1) });
  return { "counted.left": left, "counted.right": right, "counted.w": width(boxes, total) };
}

function underBan(s, face, w) {
  const opens = s.embargo?.opens_at || s.embargo?.law_opens_at;
  const at = opens ? w.clock(opens, s.time_zone, false) : w.say("not_announced");
  const boxes = s.received.boxes;
  const about = boxes >= 1000 ? Math.floor(boxes / 100) * 100 : boxes;
  return {
    "closed.hide": hidden(face.phase !== "closed"),
    "open.hide": hidden(face.phase === "closed"),
    "closed.label": w.say("first_results_at"),
    "closed.at": at,
    "closed.unit": "",
    "closed.happens": opens ? w.say("happens", { t: at }) : w.say("happens.unknown"),
    "closed.jump": w.say("happens.text", { n: w.number(about) }),
  };
}
