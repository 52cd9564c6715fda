/* What the board answers below the strip. Know before changing: web/questions.py computes the same keys for the
   page the server sends; a browser test compares the two. */

import { width } from "./face.js";
import { SPOKEN, callKind, short } from "./story.js";
import { NONE } from "./words.js";

export function leadLabel(face, leader, w) {
  if (face.seats > 1) return w.say("margin_line");
  if (leader === null) return w.say("lead");
  return w.say("lead_of", { name: w.of(short(w, face.choices[leader])) });
}

export function outValues(s, face, w) {
  const out = s.outstanding;
  if (face.phase === "closed" || !out) return { "q1.hide": "" };
  const most = out.votes_max || 0;
  const margin = s.margin_votes ?? null;
  const lead = margin !== null && face.phase === "open";
  const leader = face.place(s.leader);
  const scale = Math.max(most, lead ? margin : 0);
  const answer = !out.boxes ? "none" : !lead ? "early" : margin > most ? "no" : "yes";
  return {
    "q1.hide": null,
    "q1.answer": w.say(`q1.${answer}`),
    "q1.hide_lead": lead && margin ? null : "",
    "q1.label": leadLabel(face, leader, w),
    "q1.lead": lead ? w.number(margin) : "",
    "q1.lead.w": lead ? width(margin, scale) : width(0, 1),
    "q1.lead.c": lead && leader !== null && face.seats === 1 ? String(leader) : null,
    "q1.hide_out": out.boxes ? null : "",
    "q1.out": w.say("q1.max", { n: w.number(most) }),
    "q1.out.w": width(most, scale),
    "q1.text": needs(s, face, w, out),
  };
}

function needs(s, face, w, out) {
  if (!out.boxes) return w.say("q1.done");
  const place = face.place(s.needs?.choice);
  if (face.phase === "early")
    return w.say("q1.early_text", { n: w.number(out.boxes), votes: w.number(out.votes_max) }, out.boxes);
  if (s.tie) return w.say("q1.tie");
  if (place === null || !s.needs.word) return "";
  const name = short(w, face.choices[place]);
  if (s.needs.share == null) {
    const because = s.needs.because || w.say("q1.no_reason");
    return w.lang === "en" ? w.say("q1.undefined", { name, because }) : "";
  }
  const pct = w.percent(Math.floor(s.needs.share * 1000 + 0.5), 1);
  const open = s.needs.word === "impossible" && (s.margin_votes || 0) <= (out.votes_max || 0);
  return w.say(`q1.${open ? "beyond" : s.needs.word}`, { name, pct, has: w.share(face.choices[place].votes, s.valid, 1) });
}

function silence(s, source, w) {
  const { pace, last_at: last, silent_s: silent } = source;
  const n = pace == null ? "" : pace >= 10 ? w.number(Math.floor(pace + 0.5)) : w.decimal(Math.floor(pace * 10 + 0.5), 1);
  const t = w.lasted(silent ?? 0);
  if (source.stalled) return [w.say("src.stalled", { t }), n && w.say("src.before", { n })].filter(Boolean).join(" · ");
  if (source.finished) return w.say("src.finished");
  if (!last) return "";
  const said = [w.say("src.last", { t: w.moment(last, s.time_zone, s.date) }), silent && w.say("src.silent", { t })];
  return [...said, n && w.say("src.pace", { n })].filter(Boolean).join(" · ");
}

export function sourceValues(s, face, w) {
  const values = {};
  const leaders = [];
  for (const source of s.sources ?? []) {
    const key = `src.${source.id}`;
    const leader = face.phase === "open" ? face.place(source.leader) : null;
    const { units, units_total: all } = source.counted ?? {};
    values[`${key}.counted`] = source.claimed == null
      ? w.counted(units, all, 1)
      : w.say("src.claims", { pct: w.counted(source.claimed, s.counted.boxes_total, 1) });
    values[`${key}.mark`] = face.mark(leader) || (leader === null ? "" : short(w, face.choices[leader]));
    values[`${key}.lead`] = leader === null ? NONE : w.number(source.margin_votes);
    values[`${key}.c`] = leader === null ? null : String(leader);
    values[`${key}.state`] = silence(s, source, w);
    if (leader !== null) leaders.push(source.leader);
  }
  let answer;
  if (face.phase !== "open") answer = w.say("q2.early");
  else if (leaders.length < 2) answer = w.say("q2.one");
  else answer = new Set(leaders).size === 1 ? w.say("q2.yes", { n: leaders.length }) : w.say("q2.no");
  return Object.assign(values, { "q2.answer": answer });
}

export function checksValues(s, face, w) {
  let remarks = 0;
  for (const [code, n] of Object.entries(s.findings ?? {})) if (code.startsWith("W")) remarks += n || 0;
  const room = SPOKEN.includes(callKind(s, face)) && !(s.swing && face.phase === "open");
  const turnout = s.registered && s.voters != null;
  return {
    "q3.label": w.say(face.phase === "closed" ? "q3.counted_later" : "q3.counted"),
    "q3.counted": w.number(s.counted.boxes),
    "q3.quarantine": w.number(s.counted.boxes_quarantined || 0),
    "q3.refused": w.number(s.refused || 0),
    "q3.remarks": w.number(remarks),
    "q3.turnout": turnout ? w.share(s.voters, s.registered) : NONE,
    "q3.invalid": s.invalid != null ? w.share(s.invalid, (s.valid || 0) + s.invalid) : NONE,
    "q3.hide": face.phase === "closed" ? "" : null,
    "q3.stage.hide": face.phase === "closed" || room ? null : "",
    "q3.after.hide": face.phase === "closed" || room ? "" : null,
    "q3.hide_remarks": face.phase === "closed" && !remarks ? "" : null,
  };
}
