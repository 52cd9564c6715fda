/* Fetches the blocks that the first paint does not wait for, each when it comes near the window. Know before changing:
   a block is complete without its script; while that cannot be had, the block stays as the server sent it, and it is
   asked for again. Nothing is laid over the page before all of it is there: a sheet is taken as text, not as a link.
   `data-here` says that all that a block asks for at its start has come: a `start` returns when it has, and never fails. */

const NEAR = "600px";
export const AGAIN_MS = 5000;

async function begin(app, name, section) {
  const file = await fetch(`/static/${name}.css`);
  if (!file.ok) throw new Error("no sheet");
  const [text, made] = await Promise.all([file.text(), import(`/static/${name}.js`), app.words.more(name)]);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  document.adoptedStyleSheets.push(sheet);
  await made.start(app, section);
  return made;
}

const asked = {};

/* A script that the address asks for (ASKED in web/joined.py): fetched once, as soon as it can be had. */
export const whenAsked = (app, name) => (asked[name] ??= begin(app, name).catch(async () => {
  await new Promise((done) => { setTimeout(done, AGAIN_MS); });
  asked[name] = null;
  return whenAsked(app, name);
}));

export function watchLate(app) {
  const seen = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      begin(app, target.dataset.late, target).then(() => { target.dataset.here = "1"; }).catch(() => setTimeout(() => seen.observe(target), AGAIN_MS));
    }
  }, { rootMargin: NEAR });
  app.store.addEventListener("paint", () => {
    for (const section of document.querySelectorAll("body:not([data-as-of]) [data-late], [data-late=map]")) seen.observe(section);
  }, { once: true });
}
