/* The badge of the call: its kind, who is named on it, and its sentence; for the board, its embeds, and whoever drives a
   replay. Know before changing: web/story.py computes the same for the page the server sends. */

const BADGES = { "not started": "waiting", "too early": "early", "too close": "close", open: "open", proposed: "proposed", called: "called",
  retracted: "retracted", recount: "recount", certified: "certified", annulled: "annulled", rerun: "annulled", "tie by lot": "lot" };

export const short = (w, choice) => w.name(choice, "short") || w.name(choice);
export const SPOKEN = ["called", "retracted", "recount", "certified", "annulled", "lot"];
export const settled = (kind) => SPOKEN.indexOf(kind) > 1;

export function callKind(s, face) {
  const kind = face.phase === "closed" ? "embargo" : BADGES[s.call?.state || "open"] ?? "open";
  return face.phase === "early" && (kind === "open" || kind === "waiting") ? "early" : kind;
}

export function badgeOf(s, face, w) {
  const kind = callKind(s, face);
  const call = s.call ?? {};
  const name = (call.elected?.length ? call.elected : [call.choice]).map(face.place)
    .filter((place) => place !== null).map((place) => short(w, face.choices[place])).join(", ");
  const annulment = kind === "annulled" ? s.alerts?.find((alert) => alert.kind === kind) : null;
  const at = annulment?.at ?? call.at;
  const t = settled(kind) ? w.day(at, s.time_zone) : w.moment(at, s.time_zone, s.date, false);
  const year = at && kind === "annulled" ? w.date(w.plainDay(at, s.time_zone)) : t;
  return { kind, name, t, text: w.say(`badge.${kind}`, { t: year, name }) };
}
