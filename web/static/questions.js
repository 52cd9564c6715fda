/* What the board answers below the strip. Know before changing: web/questions.py computes the same keys for the
   page the server sends; a browser test compares the two. */

import { SPOKEN, callKind, settled, short } from "./badge.js";
import { width } from "./face.js";
import { leadLabel } from "./view.js";
import { NONE } from "./words.js";

const band = (s) => Math.floor(((s.recount_band_permille || 0) * (s.valid || 0)) / 1000);

/* The lead and everything that can still come, on one scale; when no box is out, the lead and the recount band. */
export function outValues(s, face, w) {
  const out = s.outstanding;
  if (face.phase === "closed" || !out || settled(callKind(s, face))) return { "q1.hide": "" };
  const done = !out.boxes;
  const most = done ? band(s) : out.votes_max || 0;
  const margin = s.margin_votes ?? null;
  const lead = margin !== null && face.phase === "open";
  const leader = face.place(s.leader);
  const scale = Math.max(most, lead ? margin : 0);
  const answer = done ? "none" : !lead ? "early" : margin > most ? "no" : "yes";
  return {
    "q1.hide": null,
    "q1.title": w.say(done ? "q1.much" : "q1"),
    "q1.answer": w.say(`q1.${answer}`),
    "q1.hide_lead": lead && margin ? null : "",
    "q1.label": leadLabel(face, leader, w),
    "q1.lead": lead ? w.number(margin) : "",
    "q1.lead.w": lead ? width(margin, scale) : width(0, 1),
    "q1.lead.c": lead && leader !== null && face.seats === 1 ? String(leader) : null,
    "q1.hide_out": done && !(lead && most) ? "" : null,
    "q1.out_label": done ? w.say("q1.band", { pct: w.percent(s.recount_band_permille || 0, 1) }) : w.say("q1.out"),
    "q1.out": w.say("q1.max", { n: w.number(most) }),
    "q1.out.w": width(most, scale),
    "q1.text": needs(s, face, w, out),
  };
}

function needs(s, face, w, out) {
  if (!out.boxes) {
    const pct = w.percent(s.recount_band_permille || 0, 1);
    if (!s.margin_votes || !band(s)) return w.say("q1.done");
    return w.say(s.margin_votes <= band(s) ? "q1.inside" : "q1.outside", { pct });
  }
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
