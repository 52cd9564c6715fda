/* What an embed and an overlay ask of what comes: whether it is of their night, and whether it may be old.
   Know before changing: the page says its numbers without this; nothing here may empty it. */

import { reload, shape } from "./again.js";

/* Whether a snapshot is of the night that this page was built for; else a new page is asked for. */
export function fits(snapshot) {
  return shape(snapshot) === document.body.dataset.shape || reload();
}

/* Whether what is shown may be old: no way to the gateway, or the gateway has none to the count. */
export function isOld(link) {
  return Boolean(link.stale) || link.state === "connecting" || link.state === "reconnecting";
}
