/* What an address says beyond the contest: #area=fatih is a place to look at, #as-of=19:15 the board of that time.
   Know before changing: a board of another time comes from the server and is never renewed; it asks for its own
   snapshot once, so that its tiles and its table can be used. */

export const asOf = document.body.dataset.asOf;

export async function showThen({ store }, contest) {
  const answer = await fetch(`/snapshot/${encodeURIComponent(contest)}.json?as_of=${encodeURIComponent(asOf)}`);
  if (answer.ok) store.put(await answer.json());
}

export function followAddress(contest) {
  const go = () => {
    const asked = new URLSearchParams(location.hash.slice(1));
    const [area, time] = [asked.get("area"), asked.get("as-of")];
    if (time !== null) {
      const to = new URLSearchParams({ contest, lang: document.documentElement.lang, as_of: time });
      location.replace(`/?${to}${area === null ? "" : `#area=${area}`}`);
    } else if (area !== null) document.querySelector("sandik-tiles").show(area);
  };
  addEventListener("hashchange", go);
  go();
}
