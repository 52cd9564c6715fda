/* What became of the election: the block takes its body from the page of the same name, which the server makes of what
   was shown. Know before changing: it is fetched again only when something was told or the lead moved; while it cannot
   be had, or only from a gateway that lags, the timeline that is there stays, and it is asked for again: after the night
   nothing else would ask. */

const AGAIN_MS = 5000;

export function start({ words, store }, section) {
  let shown = "";
  let asking = false;

  async function show() {
    const s = store.painted;
    const now = [s?.epoch, s?.call?.state, s?.alerts?.[0]?.id, s?.margin_votes, s?.counted.boxes].join();
    if (!s || section.hidden || asking || now === shown) return;
    asking = true;
    let rest = 0;
    try {
      const answer = await fetch(`/part/after/${encodeURIComponent(s.contest)}?lang=${words.lang}`);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const body = page.querySelector(".course-of");
      const [epoch, version] = body.dataset.of.split(":");
      if (epoch === s.epoch && Number(version) < s.version) throw new Error(`of version ${version}, before ${s.version}`);
      section.querySelector(".course-of").replaceWith(document.importNode(body, true));
      shown = now;
    } catch (error) {
      console.warn(`after: ${error.message}`);
      rest = AGAIN_MS;
    }
    setTimeout(() => { asking = false; show(); }, rest);
  }

  store.addEventListener("paint", show);
  return show();
}
