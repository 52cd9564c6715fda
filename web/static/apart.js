/* The boxes of which two counts say different things, below the counts: fetched when a reader opens it. Know before
   changing: all of it is the body of the page /apart/, which the server makes once a version (web/apart.py) and keeps for
   some seconds; while it is open it is renewed until it is of the version that is shown, every ten seconds at most, and
   never on a paused page. */

const EVERY_MS = 10000;

export function start({ words, store }) {
  const place = document.querySelector("#counts details");
  let shown = "";
  let at = -Infinity;
  let timer = null;

  function show() {
    const s = store.painted;
    const now = `${s?.epoch}:${s?.version}`;
    if (!s || !place.open || store.paused || timer || now === shown) return;
    const rest = at + EVERY_MS - performance.now();
    timer = setTimeout(ask, Math.max(0, rest), s);
  }

  async function ask(s) {
    at = performance.now();
    try {
      const answer = await fetch(`/apart/${encodeURIComponent(s.contest)}?lang=${words.lang}`);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const body = page.querySelector(".apart-of");
      if (body) {
        place.querySelector(".apart-of").replaceWith(document.importNode(body, true));
        shown = body.dataset.of;
      }
    } catch (error) {
      console.warn(`boxes apart: ${error.message}`);
    } finally {
      timer = null;
      show();
    }
  }

  place.addEventListener("toggle", show);
  store.addEventListener("paint", show);
  show();
}
