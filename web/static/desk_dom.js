/* Draws what the desk shows: descriptions of elements, brought into the page by changing only what differs.
   Know before changing: text goes in as text, never as HTML; a field that somebody types in keeps what is typed,
   because its value is set only when it is made; and what is done is named by data-do, heard once for the page. */

import { BOLD, Words } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";

/* An element: h("p.quiet", { id: "x" }, "text", child). */
export function h(name, props, ...children) {
  const [tag, ...classes] = name.split(".");
  return { tag, props: classes.length ? { class: classes.join(" "), ...props } : (props ?? {}), children };
}

/* A sentence with its bold parts. */
export function rich(text) {
  if (!text?.includes(BOLD)) return [text ?? ""];
  return text.split(BOLD).map((part, at) => (at % 2 ? h("b", null, part) : part));
}

const fits = (node, one) => typeof one === "string" ? node.nodeType === 3 : node.wanted?.tag === one.tag && node.wanted.props.key === one.props.key;

function make(one, space) {
  if (typeof one === "string") return document.createTextNode(one);
  const inside = one.tag === "svg" ? SVG : space;
  const node = inside ? document.createElementNS(inside, one.tag) : document.createElement(one.tag);
  node.wanted = { tag: one.tag, props: { key: one.props.key } };
  if (one.props.value !== undefined) node.value = one.props.value;
  return node;
}

function dress(node, props) {
  const before = node.wanted.props;
  for (const name of Object.keys({ ...before, ...props })) {
    if (name === "key" || name === "value") continue;
    const [was, now] = [before[name], props[name]];
    if (was === now) continue;
    if (name === "open") node.open = Boolean(now);
    else if (now == null || now === false) node.removeAttribute(name);
    else node.setAttribute(name, now === true ? "" : now);
  }
  node.wanted.props = props;
}

/* Brings the children of a node to what is described. A node that is taken over never leaves its place, so focus stays. */
export function draw(parent, children, space = parent.namespaceURI === SVG ? SVG : null) {
  const list = children.flat(Infinity).filter((one) => one != null && one !== false && one !== "")
    .map((one) => (typeof one === "object" ? one : String(one)));
  const wanted = new Set(list.map((one) => one.props?.key).filter(Boolean));
  for (const node of [...parent.childNodes]) {
    const key = node.wanted?.props.key;
    if (key && !wanted.has(key)) node.remove();
  }
  const keyed = new Map([...parent.childNodes].map((node) => [node.wanted?.props.key, node]));
  let at = parent.firstChild;
  for (const one of list) {
    const known = one.props?.key ? keyed.get(one.props.key) : at;
    let node = known && fits(known, one) ? known : null;
    if (node === null) {
      node = make(one, space);
      parent.insertBefore(node, at);
    } else if (node === at) {
      at = at.nextSibling;
    } else {
      while (at && at !== node && !at.contains(document.activeElement) && !at.wanted?.props.key) {
        const next = at.nextSibling;
        at.remove();
        at = next;
      }
      if (at === node) at = at.nextSibling;
      else parent.insertBefore(node, at);
    }
    if (typeof one === "string") {
      if (node.data !== one) node.data = one;
    } else {
      dress(node, one.props);
      draw(node, one.children, one.tag === "svg" ? SVG : space);
    }
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

/* Rows as they stood while somebody points at them or is among them; what is new comes behind. */
export class Steady {
  constructor() {
    this.orders = new Map();
  }

  rows(name, rows, key, held) {
    const by = new Map(rows.map((row) => [key(row), row]));
    const before = held ? (this.orders.get(name) ?? []).filter((id) => by.has(id)) : [];
    const order = [...before, ...[...by.keys()].filter((id) => !before.includes(id))];
    this.orders.set(name, order);
    return order.map((id) => by.get(id));
  }
}

/* Starts a page one signs in at, when its words are there. */
export async function begin(part, Page) {
  const root = document.documentElement;
  const words = new Words(await (await fetch(`/static/strings.${root.lang}.json`)).json());
  await words.more(part);
  root.dataset.js = "1";
  globalThis.sandik = new Page(words);
  globalThis.sandik.start();
}
