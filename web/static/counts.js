/* The counts of several sources side by side. Know before changing: web/counts.py computes the same keys for the page
   the server sends; a browser test compares the two. The table moves only when the counts begin or end to disagree on
   the leader, and not under the eye: while one of its two places is in the window it waits (docs/decisions/0023). */

import { short } from "./badge.js";
import { reached } from "./face.js";
import { whenAsked } from "./late.js";
import { hidden } from "./story.js";
import { NONE } from "./words.js";

function farEnough(s, { counted, claimed }) {
  const pct = s.lead_from_counted_pct || 0;
  return claimed ? reached(claimed, s.counted.boxes_total, pct) : reached(counted?.units, counted?.units_total, pct);
}

const heard = ({ counted, claimed }) => Boolean(counted?.units || claimed);

const leaderOf = (s, face, source) => (face.phase === "open" && farEnough(s, source) ? face.place(source.leader) : null);

function apart(s, face) {
  const ahead = new Set((s.sources ?? []).map((source) => leaderOf(s, face, source)));
  ahead.delete(null);
  return ahead.size > 1;
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

function progress(s, source, w) {
  if (!heard(source)) return w.say("src.none");
  const { units, units_total: all } = source.counted ?? {};
  if (source.claimed == null) return w.counted(units, all, 1);
  return w.say("src.claims", { pct: w.counted(source.claimed, s.counted.boxes_total, 1) });
}

const percent = (value) => (Math.floor(value * 100 + 0.5) / 100).toFixed(2) + "%";

export function sourceValues(s, face, w) {
  const values = {};
  const sources = s.sources ?? [];
  const told = sources.filter((source) => leaderOf(s, face, source) !== null);
  const scale = Math.max(0, ...told.map((source) => source.margin_votes || 0));
  for (const source of sources) {
    const key = `src.${source.id}.`;
    const leader = leaderOf(s, face, source);
    const long = scale && leader !== null ? (50 * (source.margin_votes || 0)) / scale : 0;
    values[key + "boxes"] = heard(source) ? w.number(source.claimed || source.counted?.units) : NONE;
    values[key + "counted"] = progress(s, source, w);
    const named = face.seats > 1 ? null : leader; // of several seats it is the margin at the line
    const name = named === null ? "" : short(w, face.choices[named]);
    values[key + "mark"] = face.mark(named) || name;
    values[key + "who"] = face.mark(named) && name;
    values[key + "lead"] = leader === null ? NONE : w.number(source.margin_votes);
    values[key + "c"] = named === null ? null : String(named);
    values[key + "state"] = silence(s, source, w);
    values[key + "x"] = percent(50 - (leader === face.left ? long : 0));
    values[key + "w"] = percent(long);
    for (const [side, place] of [["l", face.left], ["r", face.right]])
      if (place !== null) values[key + side] = w.share(leader === null ? null : source.choices?.[face.choices[place].id], source.valid, 2);
  }
  let answer;
  if (face.phase !== "open") answer = w.say("q2.early");
  else if (told.length < 2) answer = w.say(sources.filter(heard).length > 1 ? "q2.few" : "q2.one");
  else answer = apart(s, face) ? w.say("q2.no") : w.say("q2.yes", { n: told.length });
  return Object.assign(values, { "q2.answer": answer, "counts.moved": hidden(!apart(s, face)) });
}

const inWindow = (node) => { const { top, bottom } = node.getBoundingClientRect(); return bottom >= 0 && top <= innerHeight; };

/* Puts the table where it belongs, while neither of its places is looked at, or when it is asked for; what stood at the top
   of the window stays there. */
export function watchCounts(app) {
  const { store } = app;
  const block = document.getElementById("counts");
  if (!block) return;
  const move = (asked) => {
    const now = block.parentNode;
    const place = document.getElementById(store.painted && apart(store.painted, store.face) ? "counts-up" : "counts-down");
    if (!store.painted || place === now || (asked !== true && (inWindow(now) || inWindow(place)))) return;
    const seen = [...document.querySelectorAll("main section, main li, main tr")]
      .find((one) => !block.contains(one) && one.getBoundingClientRect().bottom > 0);
    const before = seen?.getBoundingClientRect().top;
    place.append(block);
    if (seen && scrollY) scrollBy(0, seen.getBoundingClientRect().top - before);
  };
  block.querySelector("details")?.addEventListener("toggle", () => whenAsked(app, "apart"), { once: true });
  document.querySelector("[href='#counts']").addEventListener("click", (event) => {
    event.preventDefault();
    move(true);
    block.scrollIntoView();
    block.focus();
  });
  const left = new IntersectionObserver(move);
  for (const one of ["counts-up", "counts-down"]) left.observe(document.getElementById(one));
  store.addEventListener("paint", move);
}
