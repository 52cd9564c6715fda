/* Fetches the blocks that the first paint does not wait for, each when it comes near the window. Know before changing:
   a block is complete without its script; if that cannot be had, the block stays as the server sent it. */

const NEAR = "600px";

async function begin(app, section) {
  const name = section.dataset.late;
  const sheet = document.createElement("link");
  const styled = new Promise((done) => { sheet.onload = sheet.onerror = done; });
  Object.assign(sheet, { rel: "stylesheet", href: `/static/${name}.css` });
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
      begin(app, target).catch((error) => console.warn(`${target.dataset.late}: ${error.message}`));
    }
  }, { rootMargin: NEAR });
  app.store.addEventListener("paint", () => {
    for (const section of document.querySelectorAll("[data-late]")) seen.observe(section);
  }, { once: true });
}
