/* The other ways to look at the places, fetched when one is asked for: the change since the parent night over the same
   boxes, the boxes out, and another count (source.js). Know before changing: `say` and `sum` take over what rows.js says
   of a place and of all; the table below the tiles stays what it is. */

import { short } from "./badge.js";
import { areaValues, mode, moved, parentDay, sumValues, view, whose } from "./rows.js";
import { choose, watchCount } from "./source.js";
import { NONE } from "./words.js";

function out(s, face, area, w) {
  const { counted, ...facts } = s.areas[area];
  const n = w.number(counted.boxes_total - counted.boxes);
  const said = w.say("ways.left", { n }, counted.boxes_total - counted.boxes);
  return { tc: null, s: null, mark: "", value: n, brief: n, say: `${w.name(facts)}: ${said}` };
}

function change(s, face, area, w) {
  const facts = s.areas[area];
  const [mark, value] = moved(s, face, area, w) ?? ["", NONE];
  const values = { tc: null, s: null, mark, value, brief: value, line: "", say: `${w.name(facts)}: ${value}` };
  if (!facts.swing) return values;
  const { points, boxes } = facts.swing;
  values.line = w.say("tile.boxes", { n: w.number(boxes) }, boxes);
  values.say = `${w.name(facts)}: ${w.say("read.move", { t: parentDay(s, w), n: value, name: whose(s, face, w) })}`;
  values.brief = points ? (points < 0 ? "−" : "+") + (Math.round(Math.abs(points)) || "<1") : "0";
  if (points) values.tc = String(face.place(points > 0 ? s.swing.first : s.swing.second));
  if (points) values.s = String(Math.abs(points) < 5 ? 1 : Math.abs(points) <= 10 ? 2 : 3);
  return values;
}

function sum(s, face, w) {
  const each = w.level(face.level, 2);
  if (mode(s, face) === "out") return { "tiles.title": w.say("ways.out", { each }), "tiles.sub": w.say("ways.out_sub"), "legend.hide": "" };
  const values = { "tiles.title": w.say("ways.swing", { each, t: parentDay(s, w) }) };
  values["tiles.sub"] = w.say("table.note", { name: whose(s, face, w) });
  w.say("ways.steps").split(", ").forEach((step, at) => { values[`step.${at + 1}`] = step; });
  const named = (place) => w.say("ways.gained", { name: short(w, face.choices[place]) });
  return face.duel ? Object.assign(values, { "legend.l": named(face.left), "legend.r": named(face.right) }) : values;
}

let app = null;

/* Says the places as they are chosen now; nothing newer comes with it, and nothing is marked as changed. */
function again() {
  const { binding, face, painted, words } = app.store;
  if (!painted) return;
  app.store.choose(painted, face);
  const { there, by } = app.store;
  for (const area of by.areas) binding.putArea(area, areaValues(there, by, area, words));
  for (const [key, value] of Object.entries(sumValues(there, by, words))) binding.slot(key).put(value);
  app.store.dispatchEvent(new CustomEvent("paint", { detail: {} }));
}

/* Which way is pressed: a change that there is none of now is the lead. */
function mark() {
  const { there } = app.store;
  const now = view.mode === "swing" && !there.swing ? "lead" : view.mode;
  for (const one of document.querySelectorAll(".modes [data-kind]")) one.ariaPressed = String(one.dataset.kind === now);
}

/* A button over the tiles: what they shall say, or by whose count. */
export function press({ dataset: { kind, source } }) {
  if (source) return choose(source);
  if (!kind) return;
  view.mode = kind;
  again();
}

/* A place that an address names, and that there is not in this contest. */
export function lost(tiles, area) {
  const back = document.createElement("a");
  back.href = location.pathname + location.search;
  back.textContent = app.words.say("ways.all");
  tiles.readout.replaceChildren(app.words.say("ways.nowhere", { area: area.slice(0, 60) }) + " ", back);
  tiles.readout.scrollIntoView({ block: "center" });
  tiles.said = "";
  tiles.lost = true;
}

export function start(page) {
  app = page;
  view.say = (s, face, ...rest) => (mode(s, face) === "out" ? out : change)(s, face, ...rest);
  view.sum = sum;
  app.store.addEventListener("paint", mark);
  watchCount(app, again);
}
