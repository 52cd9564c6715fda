/* Renews the page of all contests: asks for it again, and puts in what has another text or another colour now.
   Know before changing: elements stay where they are, so that a link that has the focus keeps it; a page with other
   elements, another night, is loaded anew. */

const EVERY_MS = 5000;
const KEYED = "[data-t],[data-a]";

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

async function ask() {
  try {
    const answer = await fetch(location.href, { cache: "no-cache" });
    if (answer.ok) renew(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch { /* a gateway that is away: what stands here stays, and is asked for again */ }
}

function start() {
  const pause = document.querySelector(".pause");
  let paused = false;
  pause.hidden = false;
  pause.addEventListener("click", () => {
    paused = !paused;
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
