/* What a page was built for, and asking for a new one when the night behind its address is another. Know before
   changing: web/pages.py writes the same name of the shape into the page; both are asked in a browser test. */

import { faceOf } from "./face.js";
import { sha256 } from "./hash.js";

const RELOAD_EVERY_MS = 30000;

/* What the page was built for: the night, who stands and the places. */
export function shape(s) {
  const { areas } = faceOf(s);
  return sha256([s.night, ...s.choices.map((choice) => choice.id), "", ...areas].join("\n")).slice(0, 16);
}

let reloading = null;

/* Another night is behind this address: a new page, but never one after the other without end. */
export function reload() {
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
