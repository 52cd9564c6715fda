/* Fetches the blocks that the first paint does not wait for, each when it comes near the window. Know before changing:
   a block is complete without its script; while that cannot be had, the block stays as the server sent it, and it is
   asked for again. A sheet is fetched before it is linked: a browser complains of a refusal that it takes for one. */

const NEAR = "600px";
const AGAIN_MS = 5000;

async function begin(app, section) {
  const name = section.dataset.late;
  const href = `/static/${name}.css`;
  if (!(await fetch(href)).ok) throw new Error("no sheet");
  const sheet = document.createElement("link");
  const styled = new Promise((done) => { sheet.onload = sheet.onerror = done; });
  Object.assign(sheet, { rel: "stylesheet", href });
  document.head.append(sheet);
  const [{ start }] = await Promise.all([import(`/static/${name}.js`), app.words.more(name), styled]);
  start(app, section);
  section.dataset.here = "1";
}

export function watchLate(app) {
  const seen = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      begin(app, target).catch(() => setTimeout(() => seen.observe(target), AGAIN_MS));
    }
  }, { rootMargin: NEAR });
  app.store.addEventListener("paint", () => {
    for (const section of document.querySelectorAll("[data-late]")) seen.observe(section);
  }, { once: true });
}
