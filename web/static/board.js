/* Starts the page: words, store, link and elements. Know before changing: the page is complete without this file;
   it takes over what the server sent and asks for a new page only when the night itself is another. */

import { asOf, followAddress, showThen } from "./address.js";
import { reload, shape } from "./again.js";
import { Binding } from "./bind.js";
import { sourceValues, watchCounts } from "./counts.js";
import { define } from "./elements.js";
import { watchLate } from "./late.js";
import { Link } from "./link.js";
import { checksValues, outValues } from "./questions.js";
import { Store } from "./store.js";
import { defineTable } from "./table.js";
import { defineTiles } from "./tiles.js";
import { defineTold, toldValues } from "./told.js";
import { footValues, swingValues, whyValues } from "./why.js";
import { wordsOf } from "./words.js";

async function start() {
  const root = document.documentElement;
  const { contest, shape: built } = document.body.dataset;
  const words = await wordsOf();
  const store = new Store(new Binding(document.body), words, [outValues, sourceValues, checksValues, whyValues, swingValues, toldValues, footValues]);
  const link = new Link(store, contest, (snapshot) => shape(snapshot) === built || reload());
  const app = { words, store, link };
  define(app);
  defineTiles(app);
  defineTable(app);
  defineTold(app);
  watchCounts(app);
  root.dataset.js = "1";
  globalThis.sandik = app;
  followAddress(app, contest);
  watchLate(app);
  if (asOf) return showThen(app, contest);
  link.start();
}

start();
