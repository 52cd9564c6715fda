/* What an embed and an overlay begin with: the words of the page, asked for until they are there.
   Know before changing: the page says its numbers without this; nothing here may empty it. */

import { reload, shape } from "./again.js";
import { Words } from "./words.js";

const AGAIN_MS = 3000;

/* The words of a page. A gateway that is away is asked again, without end. */
export async function wordsOf(page) {
  const { lang } = document.documentElement;
  for (;;) {
    try {
      return new Words(await (await fetch(`/static/strings.${page}.${lang}.json`)).json());
    } catch (error) {
      console.warn(`words: ${error.message}`);
      await new Promise((done) => { setTimeout(done, AGAIN_MS); });
    }
  }
}

/* Whether a snapshot is of the night that this page was built for; else a new page is asked for. */
export function fits(snapshot) {
  return shape(snapshot) === document.body.dataset.shape || reload();
}

/* Whether what is shown may be old: no way to the gateway, or the gateway has none to the count. */
export function isOld(link) {
  return Boolean(link.stale) || link.state === "connecting" || link.state === "reconnecting";
}
