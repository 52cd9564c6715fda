/* What every embed does: the board's figures in a page of somebody else, as high as they need.
   Know before changing: the height is told to the page around and to nobody else, under the origin that asked for
   it; web/embed/height.js asks. The page around learns the height and nothing more. */

import { Binding } from "./bind.js";
import { fits, isOld } from "./follow.js";
import { Link } from "./link.js";
import { Store } from "./store.js";
import { wordsOf } from "./words.js";

const OLD_AFTER_MS = 10000;

function tellHeight() {
  let asker = null;
  let told = 0;
  const tell = () => {
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    if (!asker || height === told) return;
    told = height;
    parent.postMessage({ sandik: "height", height }, asker);
  };
  addEventListener("message", ({ source, origin, data }) => {
    if (source !== parent || parent === window || data?.sandik !== "height?" || origin === "null") return;
    [asker, told] = [origin, 0];
    tell();
  });
  new ResizeObserver(tell).observe(document.body);
}

/* Says in words that these are the last figures, while there may be newer ones. */
function watchAge(link) {
  const place = document.querySelector(".old");
  let since = performance.now();
  setInterval(() => {
    if (!isOld(link)) since = performance.now();
    place.hidden = performance.now() - since < OLD_AFTER_MS;
  }, 1000);
}

/* `page` names the words; `more` and `define` are what one kind of embed says and does besides. */
export async function follow(page, more, define) {
  tellHeight();
  const words = await wordsOf(page);
  const store = new Store(new Binding(document.body), words, more);
  const link = new Link(store, document.body.dataset.contest, fits);
  globalThis.sandik = { store, link, words };
  define?.(globalThis.sandik);
  watchAge(link);
  link.start();
}
