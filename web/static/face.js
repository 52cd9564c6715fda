/* What a snapshot is to a reader: under embargo, too early for colours or open; a duel of two or a list; its places.
   Know before changing: web/face.py decides the same for the page the server sends; a browser test compares both. */

export const SLOTS_MAX = 10;

export const reached = (part, whole, pct) => Boolean(whole) && (part ?? 0) * 100 >= pct * whole;

function phaseOf(s) {
  if ((s.embargo?.state ?? "open") !== "open") return "closed";
  return reached(s.counted.boxes, s.counted.boxes_total, s.lead_from_counted_pct || 0) ? "open" : "early";
}

function duelOf(s) {
  if ((s.seats || 1) !== 1) return [null, null];
  const all = s.choices.map((_, at) => at);
  let main = all.filter((at) => s.choices[at].main);
  if (main.length !== 2) main = all;
  if (main.length !== 2) return [null, null];
  const [a, b] = main;
  return s.choices[a].symbol === "down" || s.choices[b].symbol === "up" ? [b, a] : [a, b];
}

const step = (margin, valid) => (margin * 10 < valid ? 1 : margin * 4 <= valid ? 2 : 3);

/* A choice that does not stand in a place is absent, which is not zero. */
export function votesIn(s, id) {
  const line = [id];
  for (let at = s.areas[id].parent; s.areas[at] && !line.includes(at); at = s.areas[at].parent) line.push(at);
  const given = s.areas[id].choices ?? {};
  const votes = {};
  for (const { id: choice, stands_in: stands } of s.choices)
    if (given[choice] || (given[choice] === 0 && (!stands || stands.some((one) => line.includes(one)))))
      votes[choice] = given[choice];
  return votes;
}

function leadIn(s, id) {
  const area = s.areas[id];
  const { boxes, boxes_total: total } = area.counted;
  const votes = votesIn(s, id);
  if (!area.valid || !reached(boxes, total, s.lead_from_counted_pct || 0)) return null;
  const standing = s.choices.map((choice, at) => [votes[choice.id], at])
    .filter(([count]) => count != null)
    .sort((a, b) => b[0] - a[0] || a[1] - b[1]);
  if (!standing.length) return null;
  const [first, second] = standing;
  const margin = first[0] - (second ? second[0] : 0);
  return { first: margin || !second ? first[1] : null, second: second ? second[1] : null,
    margin, valid: area.valid, step: step(margin, area.valid) };
}

function placesOf(s) {
  const level = s.levels?.at(-1) ?? "";
  const far = [999, 0];
  const at = (id) => s.areas[id].tile ?? far;
  const ids = Object.keys(s.areas ?? {}).filter((id) => s.areas[id].level === level);
  ids.sort((a, b) => at(a)[0] - at(b)[0] || at(a)[1] - at(b)[1] || (a < b ? -1 : 1));
  return [level, ids];
}

export function faceOf(s) {
  const phase = phaseOf(s);
  const [left, right] = duelOf(s);
  const [level, areas] = placesOf(s);
  const leads = new Map();
  let scale = 0;
  if (phase === "open")
    for (const id of areas) {
      const lead = leadIn(s, id);
      if (!lead) continue;
      leads.set(id, lead);
      scale = Math.max(scale, lead.margin);
    }
  const duel = left !== null;
  return { phase, choices: s.choices, left, right, duel, seats: s.seats || 1, level, areas, leads, scale,
    mark: (choice) => (!duel || choice == null ? "" : choice === left ? "▲" : choice === right ? "▼" : ""),
    place: (id) => { const at = s.choices.findIndex((choice) => choice.id === id); return at < 0 ? null : at; } };
}

export function width(part, whole) {
  const scaled = whole ? Math.floor((part * 10000) / whole) : 0;
  return `${Math.floor(scaled / 100)}.${String(scaled % 100).padStart(2, "0")}%`;
}
