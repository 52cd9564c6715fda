/* The call and its badge. Know before changing: web/story.py computes the same keys for the page the server sends, with
   those of why.js and told.js; a browser test compares them. */

import { BOLD } from "./words.js";

export const short = (w, choice) => w.name(choice, "short") || w.name(choice);

const BADGES = { "not started": "waiting", "too early": "early", "too close": "close", open: "open", proposed: "proposed", called: "called",
  retracted: "retracted", recount: "recount", certified: "certified", annulled: "annulled", rerun: "annulled", "tie by lot": "lot" };
export const SPOKEN = ["called", "retracted", "recount", "certified", "annulled", "lot"];
export const settled = (kind) => SPOKEN.indexOf(kind) > 1;
export const hidden = (yes) => (yes ? "" : null);
export const plain = (text) => text.replaceAll(BOLD, "");

export function callKind(s, face) {
  const kind = face.phase === "closed" ? "embargo" : BADGES[s.call?.state || "open"] ?? "open";
  return face.phase === "early" && (kind === "open" || kind === "waiting") ? "early" : kind;
}

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
  const kind = callKind(s, face);
  const call = s.call ?? {};
  const moment = (at) => w.moment(at, s.time_zone, s.date, false);
  const spoken = SPOKEN.includes(kind);
  const name = (call.elected?.length ? call.elected : [call.choice]).map(face.place)
    .filter((place) => place !== null).map((place) => short(w, face.choices[place])).join(", ");
  const annulment = kind === "annulled" ? s.alerts?.find((alert) => alert.kind === kind) : null;
  const at = annulment?.at ?? call.at;
  const t = settled(kind) ? w.day(at, s.time_zone) : moment(at);
  const then = moment(call.called_at);
  let what = spoken ? w.say(`call.${kind}`, { t, name }) : "";
  let past = "";
  if (kind === "called") what += how(call, w) + (reason(call, w) ? w.say("call.then") : ".");
  if (kind === "annulled") {
    what += (s.lineage?.rerun_on ? w.say("call.rerun", { t: w.day(s.lineage.rerun_on, s.time_zone) }) : "") + ".";
    past = w.say("call.kept");
  } else if ((kind === "retracted" || kind === "recount") && name) past = w.say("call.was", { name, t: then }) + how(call, w) + ".";
  const year = at && kind === "annulled" ? w.date(w.plainDay(at, s.time_zone)) : t;
  return { "badge.kind": kind, "badge.text": w.say(`badge.${kind}`, { t: year, name }),
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
