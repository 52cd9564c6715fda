/* What became of the election: the block takes its body from the page of the same name, which the server makes of what
   was shown. Know before changing: it is fetched again only when something was told or the lead moved; where it cannot
   be had, the timeline that the server sent stays. */

export function start({ words, store }, section) {
  let shown = "";
  let asking = false;

  async function show() {
    const s = store.painted;
    const now = [s?.epoch, s?.call?.state, s?.alerts?.[0]?.id, s?.margin_votes, s?.counted.boxes].join();
    if (!s || section.hidden || asking || now === shown) return;
    asking = true;
    try {
      const answer = await fetch(`/part/after/${encodeURIComponent(s.contest)}?lang=${words.lang}`);
      const page = new DOMParser().parseFromString(answer.ok ? await answer.text() : "", "text/html");
      const body = page.querySelector(".course-of");
      if (body) section.querySelector(".course-of").replaceWith(document.importNode(body, true));
      shown = now;
    } catch (error) {
      console.warn(`after: ${error.message}`);
    } finally {
      asking = false;
    }
  }

  store.addEventListener("paint", show);
  return show();
}
