/* What an address says beyond the contest: #area=fatih is a place to look at, #as-of=19:15 the board of that time,
   #map=1 the map in place of the tiles, #source=party by whose count the places are shown (ways.js, fetched when it is
   asked for). Know before changing: a board of another time comes from the server and is never renewed; it asks for its
   own snapshot until it has it, so that its tiles and its table can be used. */

import { AGAIN_MS, whenAsked } from "./late.js";

export const asOf = document.body.dataset.asOf;

export async function showThen(app, contest) {
  try {
    const answer = await fetch(`/snapshot/${encodeURIComponent(contest)}.json?as_of=${encodeURIComponent(asOf)}`);
    app.store.put(await answer.json());
  } catch {
    setTimeout(() => showThen(app, contest), AGAIN_MS);
  }
}

export const words = () => new URLSearchParams(location.hash.slice(1));

/* Puts a word into the address, beside what it says already; without a value it is taken out. */
export function tell(key, value) {
  const all = words();
  if (value) all.set(key, value);
  else all.delete(key);
  history.replaceState(null, "", `#${all}`);
}

export function followAddress(app, contest) {
  const go = () => {
    const [area, time, source, map] = ["area", "as-of", "source", "map"].map((key) => words().get(key));
    if (time !== null) {
      const to = new URLSearchParams({ contest, lang: document.documentElement.lang, as_of: time });
      location.replace(`/?${to}${area ? `#area=${area}` : ""}`);
      return;
    }
    const way = map && document.getElementById("view-map");
    way?.click();
    way?.focus();
    if (area !== null) document.querySelector("sandik-tiles").show(area);
    if (source !== null) whenAsked(app, "ways");
  };
  addEventListener("hashchange", go);
  go();
}
