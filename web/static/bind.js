/* Finds the places of the page that carry a key, and renews only those whose value changed.
   Know before changing: text goes in as text, never as HTML, so nothing in a snapshot can become markup. */

import { BOLD } from "./words.js";

function write(node, text) {
  if (!text.includes(BOLD)) {
    if (node.firstChild?.nodeType === 3 && !node.firstChild.nextSibling) node.firstChild.data = text;
    else node.textContent = text;
    return;
  }
  node.replaceChildren(...text.split(BOLD).map((part, at) => {
    if (at % 2 === 0) return document.createTextNode(part);
    const bold = document.createElement("b");
    bold.textContent = part;
    return bold;
  }).filter((child) => child.textContent));
}

/* One key: what is shown for it, and everything on the page that shows it. */
class Slot {
  shown = undefined;
  renewals = [];

  put(value) {
    const text = value ?? null;
    if (this.shown === text) return false;
    this.shown = text;
    for (const renew of this.renewals) renew(text);
    return true;
  }
}

export class Binding {
  constructor(root) {
    this.top = {};
    this.areas = new Map();
    for (const node of [root, ...root.querySelectorAll("[data-t],[data-a]")]) this.add(node);
  }

  /* A key that begins with a dot belongs to the place around the element, or to the one inside it. */
  add(node) {
    const { t, a } = node.dataset;
    if (t) this.slot(t, node).renewals.push((value) => write(node, value ?? ""));
    for (const pair of a ? a.split(" ") : []) {
      const colon = pair.indexOf(":");
      const name = pair.slice(0, colon);
      this.slot(pair.slice(colon + 1), node).renewals.push((value) => {
        if (value === null) node.removeAttribute(name);
        else node.setAttribute(name, value);
      });
    }
  }

  slot(key, node) {
    if (key[0] !== ".") return (this.top[key] ??= new Slot());
    const { area } = (node.closest("[data-area]") ?? node.querySelector("[data-area]")).dataset;
    if (!this.areas.has(area)) this.areas.set(area, {});
    return (this.areas.get(area)[key.slice(1)] ??= new Slot());
  }

  /* Renews all that belongs to no place, and empties what has no value now, so that nothing old stays. */
  putTop(values) {
    for (const key in this.top) this.top[key].put(values[key]);
  }

  /* Renews one place; true if something on it changed. */
  putArea(area, values) {
    const slots = this.areas.get(area);
    let news = false;
    for (const key in slots) news = slots[key].put(values[key]) || news;
    return news;
  }
}
