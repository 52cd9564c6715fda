/* Renews the page of all contests: asks for it again, and puts in what has another text or another colour now.
   Know before changing: elements stay where they are, so that a link that has the focus keeps it; a page with other
   elements, another night, is loaded anew. One answer is asked for after the other, so that none overtakes a newer one,
   and an older one, of a gateway that lags, is left out (as in store.js); when they do not come, or the newest says that its figures are old, the page says so. */

const EVERY_MS = 5000;
const WITHIN_MS = 10000;
const FAILURES_TOLD = 2;
const KEYED = "[data-t],[data-a]";

const states = (page) => [...page.querySelectorAll("[data-state]")].map((one) => one.dataset.state.split(" "));

/* Whether it would lead back: to a lower version of a contest, or from a ban that was lifted to one that holds. */
function isOlder(next) {
  const here = states(document);
  return states(next).some(([epoch, version, ban], at) => {
    const [ours, newest, open] = here[at] ?? [];
    return epoch === ours && (Number(version) < Number(newest) || (version === newest && open === "open" && ban !== "open"));
  });
}

function renew(next) {
  const [old, made] = [document, next].map((one) => [...one.querySelectorAll(KEYED)]);
  if (old.length !== made.length) return location.reload();
  old.forEach((node, at) => {
    const now = made[at];
    if (node.dataset.t && node.innerHTML !== now.innerHTML) node.replaceChildren(...now.cloneNode(true).childNodes);
    for (const pair of (node.dataset.a ?? "").split(" ").filter(Boolean)) {
      const name = pair.slice(0, pair.indexOf(":"));
      const value = now.getAttribute(name);
      if (value === null) node.removeAttribute(name);
      else if (node.getAttribute(name) !== value) node.setAttribute(name, value);
    }
  });
}

async function get() {
  try {
    const answer = await fetch(location.href, { cache: "no-cache", signal: AbortSignal.timeout(WITHIN_MS) });
    return answer.ok ? await answer.text() : null;
  } catch { /* a gateway that is away: what stands here stays, and is asked for again */ }
  return null;
}

function start() {
  const pause = document.querySelector(".pause");
  const old = document.querySelector(".old");
  let stale = !old.hidden;
  let paused = false;
  let asking = false;
  let failures = 0;

  async function ask() {
    if (asking) return;
    asking = true;
    const html = await get();
    asking = false;
    const next = html === null ? null : new DOMParser().parseFromString(html, "text/html");
    failures = next ? 0 : failures + 1;
    if (next) stale = next.querySelector(".old")?.hidden === false;
    old.hidden = failures < FAILURES_TOLD && !stale;
    if (next && !paused && !isOlder(next)) renew(next);
  }

  const renewed = document.querySelector(".renewed");
  pause.hidden = renewed.hidden = false;
  pause.addEventListener("click", () => {
    paused = renewed.hidden = !paused;
    const said = pause.textContent;
    pause.textContent = pause.dataset.other;
    pause.dataset.other = said;
    if (!paused) ask();
  });
  document.documentElement.dataset.js = "1";
  try {
    document.documentElement.dataset.palette = localStorage.getItem("sandik.palette") ?? "party";
  } catch { /* a browser that keeps nothing shows party colours */ }
  setInterval(() => document.hidden || paused || ask(), EVERY_MS);
}

start();
