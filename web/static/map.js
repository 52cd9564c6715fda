/* The map of the places, where the tiles are otherwise. Know before changing: it says nothing of its own. Each shape, its
   number and its words hang on the very slots of the tile of that place (bind.js), so source, way of looking, pause and
   paint are one code; the readout is that of the tiles. The file of shapes is asked for when the map is, and kept. */

import { tell, words } from "./address.js";

const AGAIN_MS = 5000;
const ZOOMS = [1, 2, 4, 8];
const NARROW = 700;
/* Pixels of a number, largest first; a place with room for none has its mark alone. */
const SIZES = [12, 10.5];
const MARK = 9;
/* The width of a letter by its height. */
const LETTER = 0.6;
/* Part of the room of a number that has to be its own place's: beyond it, it may cross a border but no other number. */
const OVER = 0.6;

const put = (tag, named, ...inside) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const name in named) node.setAttribute(name, named[name]);
  node.append(...inside);
  return node;
};

async function file(address) {
  for (;;) {
    const answer = await fetch(address).catch(() => null);
    if (answer?.ok) return answer.json();
    await new Promise((done) => { setTimeout(done, AGAIN_MS); });
  }
}

/* One place: its shape, and over all shapes its number, with the name where there is room for it. */
function placeOf(id, [d, x, y, room], slots, name) {
  const shape = put("g", { "data-area": id, role: "button", tabindex: -1 }, put("path", { d }));
  const [mark, value, corner] = ["mark", "value", "corner"].map((kind) => put("tspan", { class: kind }));
  const line = put("tspan", { x }, mark, value, corner);
  const number = put("text", { x, y, "aria-hidden": true }, put("tspan", { class: "name", x, dy: "-.6em" }, name), line);
  const follow = (key, renew) => {
    const slot = slots[key];
    if (!slot) return;
    slot.renewals.push(renew);
    renew(slot.shown);
  };
  const wear = (name) => (worn) => [shape, number].forEach((node) => {
    if (worn === null) node.removeAttribute(name);
    else node.setAttribute(name, worn);
  });
  follow("tc", wear("data-c"));
  follow("s", wear("data-s"));
  follow("mark", (said) => { mark.textContent = said; });
  follow("brief", (said) => { value.textContent = said; });
  follow("flip", (said) => { corner.textContent = said === null ? "" : "◥"; });
  follow("say", (said) => shape.setAttribute("aria-label", said));
  return { id, d, x, y, room, name, shape, number, line, mark };
}

/* Writes each number as large as there is room for it; the places with the most room first. */
function fit(places, px) {
  const taken = [];
  const lies = (place, size, letters, lines, own) => {
    const [wide, high] = [(letters * LETTER * size) / px, (lines * size) / px];
    const box = [place.x - wide / 2, place.y - high / 2, place.x + wide / 2, place.y + high / 2];
    if (Math.hypot(wide / 2, high) * own > place.room) return false;
    if (taken.some((one) => one[0] < box[2] && one[2] > box[0] && one[1] < box[3] && one[3] > box[1])) return false;
    taken.push(box);
    place.number.setAttribute("font-size", size / px);
    return true;
  };
  for (const place of places) {
    const letters = place.line.textContent.length;
    let kind = "none";
    if (lies(place, SIZES[0], Math.max(letters, place.name.length), 2, 1)) kind = "named";
    else if (SIZES.some((size) => lies(place, size, letters, 1, OVER))) kind = "whole";
    else if (place.mark.textContent && lies(place, MARK, 1, 1, OVER)) kind = "alone";
    place.number.setAttribute("class", kind);
    place.line.setAttribute("dy", kind === "named" ? "1.2em" : 0);
  }
}

/* The nearest place in a direction: what lies to the side counts twice. */
function nearest(places, from, dx, dy) {
  let [best, least] = [null, Infinity];
  for (const to of places) {
    const ahead = (to.x - from.x) * dx + (to.y - from.y) * dy;
    const aside = Math.abs((to.x - from.x) * dy) + Math.abs((to.y - from.y) * dx);
    const far = ahead > 0 ? ahead + 2 * aside : Infinity;
    if (far < least) [best, least] = [to, far];
  }
  return best;
}

const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/* Moving among the places and choosing one, which the readout says and the address names. */
function choosing(tiles, places, shapes, ring) {
  const of = (node) => places.find(({ shape }) => shape === node?.closest("[data-area]"));
  const pick = (place) => {
    if (!place) return;
    for (const one of places) one.shape.setAttribute("tabindex", one === place ? 0 : -1);
    for (const path of ring) path.setAttribute("d", place.d);
    tiles.pick(tiles.buttons.find((one) => one.dataset.area === place.id));
  };
  const choose = (place) => {
    if (!place) return;
    place.shape.focus();
    tell("area", place.id);
  };
  shapes.addEventListener("focusin", ({ target }) => pick(of(target)));
  shapes.addEventListener("pointerover", ({ target, pointerType }) => pointerType === "mouse" && pick(of(target)));
  shapes.addEventListener("click", ({ target }) => choose(of(target)));
  shapes.addEventListener("keydown", (event) => {
    const from = of(event.target);
    const ends = { Home: places[0], End: places.at(-1) };
    if (event.key in KEYS) nearest(places, from, ...KEYS[event.key])?.shape.focus();
    else if (event.key in ends) ends[event.key].shape.focus();
    else if (event.key === "Enter" || event.key === " ") choose(from);
    else return;
    event.preventDefault();
  });
  return pick;
}

/* Larger and smaller, about the chosen place, which a link puts into the middle too. */
function zooming(field, svg, chosen, w) {
  let at = field.clientWidth < NARROW ? 1 : 0;
  const bar = document.createElement("div");
  const [less, more] = [["−", "map.less", -1], ["+", "map.more", 1]].map(([textContent, key, by]) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent, ariaLabel: w.say(key) });
    button.addEventListener("click", () => to(at + by));
    bar.append(button);
    return button;
  });
  function to(next) {
    at = next;
    less.disabled = at === 0;
    more.disabled = at === ZOOMS.length - 1;
    svg.style.width = `${ZOOMS[at] * 100}%`;
    centre();
  }
  function centre() {
    const { left, top, width, height } = chosen().getBoundingClientRect();
    const seen = field.getBoundingClientRect();
    field.scrollLeft += left + width / 2 - seen.left - seen.width / 2;
    field.scrollTop += top + height / 2 - seen.top - seen.height / 2;
  }
  bar.className = "zoom";
  field.after(bar);
  to(at);
  return { bar, centre };
}

/* Below the map: what it leaves out, and whose the shapes are. */
function foot({ by, url, without }, s, w) {
  const note = document.createElement("p");
  note.className = "quiet";
  const left = without.filter((id) => s.areas[id]).map((id) => w.name(s.areas[id]));
  if (left.length) note.append(w.say("map.without", { list: left.join(", ") }) + " ");
  const whose = document.createElement(url ? "a" : "span");
  whose.textContent = by;
  if (url) whose.href = url;
  note.append(w.say("map.hint") + " ", w.say("map.by") + " ", whose);
  return note;
}

/* The place nearest to the middle of all places. */
function middle(places) {
  const mean = (key) => places.reduce((sum, one) => sum + one[key], 0) / places.length;
  const [x, y] = [mean("x"), mean("y")];
  return [...places].sort((a, b) => Math.hypot(a.x - x, a.y - y) - Math.hypot(b.x - x, b.y - y))[0];
}

/* What the head of the places says below its title: that of the tiles speaks of their bars. */
function heading({ binding, words: w }, chosen) {
  const sub = document.querySelector(".places .over .quiet");
  const { shown } = binding.slot("tiles.sub");
  sub.textContent = chosen && shown === w.say("tiles.lead_sub") ? w.say("map.sub") : shown;
}

/* The part of the sheet that the contest is about; all of it where that is every place. */
function around(shapes, [wide, high], all) {
  const { x, y, width, height } = shapes.getBBox();
  const edge = Math.max(width, height) / 100;
  return all || !width ? [0, 0, wide, high] : [x - edge, y - edge, width + 2 * edge, height + 2 * edge];
}

export async function start({ store, words: w }, section) {
  const radio = document.getElementById("view-map");
  const linked = words().has("map");
  const found = await file(section.dataset.file);
  const tiles = section.closest("sandik-tiles");
  const field = section.querySelector(".field");
  const { areas } = store.by;
  const places = areas.filter((id) => id in found.areas)
    .map((id) => placeOf(id, found.areas[id], store.binding.areas.get(id), w.name(store.there.areas[id])));
  const rest = Object.keys(found.areas).filter((id) => !areas.includes(id));
  const shapes = put("g", {}, ...places.map(({ shape }) => shape));
  const ring = ["halo", "ring"].map((name) => put("path", { class: name }));
  const svg = put("svg", { role: "group", "aria-label": w.say("map.title") },
    put("pattern", { id: "map-stripes", width: 22, height: 22, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" }, put("rect", { width: 8, height: 22 })),
    put("path", { class: "rest", d: rest.map((id) => found.areas[id][0]).join("") }), shapes,
    put("g", { class: "over" }, put("path", { class: "stripes", d: places.map(({ d }) => d).join("") }), ...ring, ...places.map(({ number }) => number)));
  field.replaceChildren(svg);
  const box = around(shapes, found.box, !rest.length);
  svg.setAttribute("viewBox", box.join(" "));
  store.places = null;

  const pick = choosing(tiles, places, shapes, ring);
  const chosen = () => places.find(({ id }) => id === tiles.picked?.dataset.area);
  const first = middle(places);
  (chosen() ?? first)?.shape.setAttribute("tabindex", 0);
  const { bar, centre } = zooming(field, svg, () => (chosen() ?? first)?.shape ?? svg, w);
  bar.after(foot(found, store.there, w));
  for (const kind of ["focusin", "pointerover", "click", "keydown"]) section.addEventListener(kind, (event) => event.stopPropagation());

  const roomiest = [...places].sort((a, b) => b.room - a.room);
  const write = () => {
    const { width, height } = svg.getBoundingClientRect();
    if (width) fit(roomiest, Math.min(width / box[2], height / box[3]));
  };
  store.addEventListener("paint", () => {
    if (radio.checked) write();
    heading(store, radio.checked);
  });
  new ResizeObserver(write).observe(svg);

  const follow = () => {
    const area = words().get("area");
    if (radio.checked && !words().has("map")) {
      document.getElementById("view-tiles").click();
      if (area) tiles.show(area);
    }
    const linked = radio.checked && places.find(({ id }) => id === area);
    if (!linked) return;
    linked.shape.focus();
    centre();
  };
  const turn = () => {
    tell("map", radio.checked ? "1" : null);
    heading(store, radio.checked);
    if (radio.checked) pick(chosen());
  };
  addEventListener("hashchange", follow);
  section.closest(".places").addEventListener("change", ({ target }) => target.name === "view" && turn());
  turn();
  if (linked) follow();
}
