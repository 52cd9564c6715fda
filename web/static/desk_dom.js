/* Draws what the desk shows: descriptions of elements, brought into the page by changing only what differs.
   Know before changing: text goes in as text, never as HTML; a field that somebody types in keeps what is typed,
   because its value is set only when it is made, and that of an option with its name; and what is done is named by
   data-do, heard once for the page. */

import { wordsOf } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";

/* An element: h("p.quiet", { id: "x" }, "text", child). */
export function h(name, props, ...children) {
  const [tag, ...classes] = name.split(".");
  return { tag, props: classes.length ? { class: classes.join(" "), ...props } : (props ?? {}), children };
}

export function button(text, act, more = {}) {
  const { style = "plain", ...rest } = more;
  return h(`button.${style}`, { type: "button", "data-do": act, ...rest }, text);
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
    if (name === "key" || (name === "value" && node.tagName !== "OPTION")) continue;
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

/* What every page hears that one signs in at: its connection, what is pressed, and the field for the token. */
export function hear(page) {
  const { link } = page;
  link.addEventListener("state", () => page.changed());
  link.addEventListener("ready", () => page.ready());
  link.addEventListener("frame", ({ detail }) => page.take(detail));
  link.addEventListener("beat", () => page.draw());
  document.addEventListener("click", (event) => page.press(event));
  document.addEventListener("visibilitychange", () => page.draw());
  const form = document.querySelector(".sign-in form");
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const field = document.getElementById("token");
    const token = field.value.trim();
    field.value = "";
    if (token) link.signIn(token);
  });
}

/* Starts a page one signs in at, when its words are there. */
export async function begin(part, Page) {
  const words = await wordsOf(part);
  document.documentElement.dataset.js = "1";
  globalThis.sandik = new Page(words);
  globalThis.sandik.start();
}
