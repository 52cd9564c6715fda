/* The call in words, beside its badge (badge.js). Know before changing: web/story.py computes the same keys for the page
   the server sends, with those of why.js and told.js; a browser test compares them. */

import { SPOKEN, badgeOf, settled } from "./badge.js";
import { BOLD } from "./words.js";

export const hidden = (yes) => (yes ? "" : null);
export const plain = (text) => text.replaceAll(BOLD, "");

/* The because in this language, else in English where another was told; else nothing. */
export function reason(call, w) {
  const told = call.becauses ?? {};
  const any = w.lang === "en" || Object.keys(told).length;
  return plain(told[w.lang] || (any && call.because) || "");
}

/* The language of a sentence that stands by language: the page's; `plain` is what stands for English. */
export const languageOf = (by, w, plain = "en") => (w.lang !== "en" && by?.[w.lang] ? w.lang : plain);
const inAnother = (lang, w) => (lang === w.lang ? null : lang);

function how(call, w) {
  let said = "";
  if (call.rule) said += " · " + w.say("call.rule", { rule: w.text[`rule.${call.rule}`] ?? call.rule });
  if (call.counted_at_call != null) {
    const tenths = Math.floor(Math.floor(call.counted_at_call * 10000 + 0.5) / 10);
    said += " · " + w.say("call.counted", { pct: tenths === 1000 ? w.percent(100, 0) : w.percent(tenths, 1) });
  }
  return said;
}

export function callValues(s, face, w) {
  const { kind, name, t, text } = badgeOf(s, face, w);
  const call = s.call ?? {};
  const spoken = SPOKEN.includes(kind);
  const then = w.moment(call.called_at, s.time_zone, s.date, false);
  let what = spoken ? w.say(`call.${kind}`, { t, name }) : "";
  let past = "";
  if (kind === "called") what += how(call, w) + (reason(call, w) ? w.say("call.then") : ".");
  if (kind === "annulled") {
    what += (s.lineage?.rerun_on ? w.say("call.rerun", { t: w.day(s.lineage.rerun_on, s.time_zone) }) : "") + ".";
    past = w.say("call.kept");
  } else if ((kind === "retracted" || kind === "recount") && name) past = w.say("call.was", { name, t: then }) + how(call, w) + ".";
  return { "badge.kind": kind, "badge.text": text,
    "badge.was": kind === "retracted" && call.called_at ? w.say("badge.was", { t: then }) : "",
    "badge.note": note(s, kind, w), "call.hide": hidden(!spoken), "after.hide": hidden(!settled(kind)), "call.what": what,
    "call.because": spoken ? reason(call, w) : "", "call.lang": inAnother(languageOf(call.becauses, w, call.lang), w), "call.was": past };
}

function note(s, kind, w) {
  const time = (at) => w.clock(at, s.time_zone, false);
  if (kind === "embargo") {
    const { law_opens_at: law, opens_at: opens } = s.embargo ?? {};
    const said = law ? [w.say("note.law", { t: time(law) })] : [];
    if (opens && opens !== law) said.push(w.say("note.lifted", { t: time(opens) }));
    return said.join(" ");
  }
  if (kind === "early") return w.say("note.early", { pct: w.percent(s.lead_from_counted_pct || 0, 0) });
  return ["called", "retracted", "recount"].includes(kind) ? w.say("foot.unofficial") : "";
}
