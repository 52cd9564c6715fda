/* The places by another count than the night's own: asked for by the switch over the tiles, or by #source=party. Know
   before changing: strip, headline and calls stay the night's own; as long as another count is shown, or asked for, a
   band over tiles and table says whose it is and whose it is not. It comes over the page's own socket, under a name of
   its own, and is held to the same rules as everything else (link.js); it is let go when it is left. */

import { asOf, tell, words } from "./address.js";
import { Link } from "./link.js";
import { Store } from "./store.js";

let app = null;
let again = null;
let chosen = null;
let began = 0;
let count = null;

/* What the frames of another count have led to. It paints nothing: the page's store paints the places from it. There is
   one for all that are chosen, each begins it anew: a store listens to the page as long as the page is there. */
class Count extends Store {
  ask() {
    if (chosen) show();
  }
}

class Beside extends Link {
  constructor({ link, words }, source) {
    count ??= new Count(null, words);
    super(Object.assign(count, { latest: null, left: new Set() }), link.contest, (snapshot) => snapshot.source === source, `source-${began += 1}`);
    Object.assign(this, { link, source, query: `?source=${encodeURIComponent(source)}` });
  }

  get socket() {
    return this.link.socket;
  }

  error(frame) {
    if (frame.temporary) this.refused = true;
    else if (frame.sub === this.sub) leave();
  }
}

/* The newest of it, unless the page is paused; the first is shown at once, as it was asked for. */
function show() {
  const { store } = app;
  const { latest } = chosen.store;
  const first = store.other?.source !== chosen.source;
  if (!latest || store.other === latest || (store.paused && !first)) return;
  store.other = latest;
  if (first) again();
  if (first && store.painted) return;
  store.all = true;
  store.ask();
}

/* Without a socket it is asked for as the page's own count is. */
function follow() {
  if (!chosen) return;
  if (app.link.state === "polling") chosen.poll();
  else chosen.stopPolling();
}

function leave() {
  if (!chosen) return;
  const { link, store } = app;
  chosen.stopPolling();
  if (link.socket?.readyState === WebSocket.OPEN) link.send({ t: "unsubscribe", sub: chosen.sub });
  chosen = link.beside = store.other = null;
  again();
}

const offered = (id) => [...document.querySelectorAll(".whose [data-source]")].find((one) => one.dataset.source === id);
const parts = (id) => [...offered(id).childNodes].map((node) => node.cloneNode(true));

/* What the band says: first whose count it is about, then what of it is to be seen here. */
function said(id) {
  const { store, words: w } = app;
  const s = store.painted;
  if (!s || id === null) return null;
  if (!offered(id)) return [[], w.say("ways.none", { id: id.slice(0, 60) })];
  if (store.face.phase !== "open") return [parts(id), w.say("ways.early")];
  if (store.there === s) return [parts(id), w.say("ways.waiting")];
  const { boxes, boxes_total: total } = store.there.counted;
  const { claimed } = s.sources.find((one) => one.id === id);
  if (!boxes) return [parts(id), w.say("ways.nothing")];
  return [parts(id), w.say(claimed == null ? "ways.shown" : "ways.claimed", { pct: w.counted(boxes, total, 1) })];
}

/* The band over tiles and table, and which button is pressed. */
function mark() {
  const asked = words().get("source");
  const ours = own();
  const about = said(asked === ours ? null : asked);
  const shown = app.store.there?.source ?? ours;
  const text = JSON.stringify([about?.[0].map((node) => node.textContent), about?.[1], shown]);
  if (text === mark.said) return;
  mark.said = text;
  for (const one of document.querySelectorAll(".whose [data-source]")) one.ariaPressed = String(one.dataset.source === shown);
  for (const band of document.querySelectorAll(".another")) {
    band.hidden = !about;
    if (band.hidden && band.contains(document.activeElement)) band.previousElementSibling.querySelector("[data-own]").focus();
    band.classList.toggle("shown", shown !== ours);
    const [whose, what, rest, back] = band.children;
    whose.replaceChildren(...(about?.[0].map((node) => node.cloneNode(true)) ?? []));
    what.textContent = about?.[1] ?? "";
    rest.replaceChildren(app.words.say("ways.rest"), " ", ...parts(ours));
    back.replaceChildren(app.words.say("ways.back"), " ", ...parts(ours));
  }
}

function band(over) {
  const made = document.createElement("p");
  made.className = "another";
  made.hidden = true;
  made.append(...["b", "span", "span", "button"].flatMap((tag) => [document.createElement(tag), " "]));
  made.lastElementChild.addEventListener("click", () => choose(own()));
  over.after(made);
}

const own = () => document.querySelector(".whose [data-own]").dataset.source;

/* Does what the address asks for; no count, the night's own and one that is not offered mean the same. */
function go() {
  const asked = words().get("source");
  const source = asked === own() || !offered(asked) ? null : asked;
  if (source !== (chosen?.source ?? null)) {
    leave();
    if (source !== null) {
      chosen = app.link.beside = new Beside(app, source);
      if (app.link.socket?.readyState === WebSocket.OPEN) chosen.subscribe();
      follow();
    }
  }
  mark();
}

/* By whose count the places shall be shown; the night's own is not in the address. */
export function choose(source) {
  tell("source", source === own() ? null : source);
  go();
}

export function watchCount(page, renew) {
  [app, again] = [page, renew];
  const whose = document.querySelector(".whose");
  if (asOf || !whose) return;
  const table = document.querySelector(".areas > .over");
  const there = whose.cloneNode(true);
  there.addEventListener("click", ({ target }) => choose(target.closest("[data-source]")?.dataset.source ?? own()));
  table.insertBefore(there, table.children[1] ?? null);
  for (const over of document.querySelectorAll(".places > .over, .areas > .over")) band(over);
  app.store.addEventListener("paint", mark);
  app.store.addEventListener("pause", () => chosen && show());
  app.link.addEventListener("state", follow);
  addEventListener("hashchange", go);
  go();
}
