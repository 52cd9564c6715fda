/* Starts the page: words, store, link and elements. Know before changing: the page is complete without this file;
   it takes over what the server sent and asks for a new page only when the night itself is another. */

import { Binding } from "./bind.js";
import { define } from "./elements.js";
import { faceOf } from "./face.js";
import { sha256 } from "./hash.js";
import { watchLate } from "./late.js";
import { Link } from "./link.js";
import { Store } from "./store.js";
import { defineTold } from "./story.js";
import { defineTable } from "./table.js";
import { Words } from "./words.js";

const RELOAD_EVERY_MS = 30000;

/* What the page was built for: the night, who stands and the places. */
export function shape(s) {
  const { areas } = faceOf(s);
  return sha256([s.night, ...s.choices.map((choice) => choice.id), "", ...areas].join("\n")).slice(0, 16);
}

let reloading = null;

/* Another night is behind this address: a new page, but never one after the other without end. */
function reload() {
  let wait = RELOAD_EVERY_MS;
  try {
    wait -= Date.now() - Number(sessionStorage.getItem("sandik.reloaded"));
  } catch { /* nothing is kept here: wait the whole time */ }
  reloading ??= setTimeout(() => {
    try {
      sessionStorage.setItem("sandik.reloaded", String(Date.now()));
    } catch { /* as above */ }
    location.reload();
  }, Math.max(0, wait));
}

async function start() {
  const root = document.documentElement;
  const { contest, shape: built } = document.body.dataset;
  const words = new Words(await (await fetch(`/static/strings.${root.lang}.json`)).json());
  const store = new Store(new Binding(document.body), words);
  const link = new Link(store, contest, (snapshot) => shape(snapshot) === built || reload());
  const app = { words, store, link };
  define(app);
  defineTable(app);
  defineTold(app);
  root.dataset.js = "1";
  watchLate(app);
  globalThis.sandik = app;
  link.start();
}

start();
