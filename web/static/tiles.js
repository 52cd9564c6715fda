/* The tiles: which is chosen, moving among them, what they say, and the readout. Know before changing: the server sends
   them; what is read out is what the places were last painted from (store.there, store.by), which may be another count
   than the night's own. */

import { tell } from "./address.js";
import { short } from "./badge.js";
import { votesIn } from "./face.js";
import { whenAsked } from "./late.js";
import { moved, parentDay, whose } from "./rows.js";
import { plain } from "./story.js";

export function button(into, use, kind) {
  const made = document.createElement("button");
  made.type = "button";
  if (kind) made.dataset.kind = kind;
  made.addEventListener("click", use);
  into.append(made);
  return made;
}

export function defineTiles(app) {
  const { store, words: w } = app;
  customElements.define("sandik-tiles", class extends HTMLElement {
    connectedCallback() {
      this.buttons = [...this.querySelectorAll(".tile button")];
      this.addModes();
      this.readout = this.querySelector(".readout");
      this.addEventListener("keydown", (event) => this.key(event));
      this.addEventListener("focusin", (event) => this.pick(event.target.closest("button")));
      this.addEventListener("pointerover", (event) => event.pointerType === "mouse" && this.pick(event.target.closest("button")));
      this.addEventListener("click", (event) => this.choose(event.target.closest("button")));
      store.addEventListener("paint", () => this.read());
    }

    /* What the tiles say: the lead, how it changed on the same boxes, or what is out. A press is for ways.js to carry out. */
    addModes() {
      const bar = document.createElement("div");
      bar.className = "modes";
      bar.role = "group";
      bar.ariaLabel = w.say("modes");
      const modes = ["lead", "swing", "out"].map((name) => {
        const one = button(bar, null, name);
        one.textContent = w.say(`mode.${name}`);
        one.ariaPressed = String(name === "lead");
        return one;
      });
      const over = this.previousElementSibling;
      over.append(bar);
      over.addEventListener("click", async ({ target }) => {
        const one = target.closest("button");
        if (one) (await whenAsked(app, "ways")).press(one);
      });
      store.addEventListener("paint", () => {
        bar.hidden = store.by.phase !== "open";
        modes[1].hidden = !store.there.swing;
      });
    }

    /* Chosen, and not only pointed at: the address of the page names it from now on. */
    choose(button) {
      if (!button) return;
      this.pick(button);
      tell("area", button.dataset.area);
    }

    /* The place that an address names; it may be none of this contest. */
    show(area) {
      const found = this.buttons.find((one) => one.dataset.area === area);
      if (found) found.focus();
      else whenAsked(app, "ways").then(({ lost }) => lost(this, area));
    }

    key(event) {
      const from = event.target.closest("button");
      const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      let to = null;
      if (by && from) to = this.next(from, ...by);
      else if (event.key === "Home") to = this.buttons[0];
      else if (event.key === "End") to = this.buttons.at(-1);
      else return;
      event.preventDefault();
      to?.focus();
    }

    /* The nearest tile in that direction, along the row first. */
    next(from, dx, dy) {
      const here = from.getBoundingClientRect();
      const far = (button) => {
        const there = button.getBoundingClientRect();
        const right = (there.left - here.left) * (dx || 1);
        const down = (there.top - here.top) * (dy || 1);
        return dx ? (Math.abs(down) < 4 && right > 4 ? right : Infinity) : down > 4 ? down * 10 + Math.abs(right) : Infinity;
      };
      const best = this.buttons.reduce((a, b) => (far(b) < far(a) ? b : a));
      return far(best) < Infinity ? best : null;
    }

    pick(button) {
      if (!button || button === this.picked) return;
      for (const one of this.buttons) one.tabIndex = one === button ? 0 : -1;
      this.picked?.classList.remove("picked");
      button.classList.add("picked");
      this.picked = button;
      this.lost = false;
      this.read();
    }

    read() {
      const { there: s, by: face } = store;
      if (!face || this.lost) return;
      const id = this.picked?.dataset.area ?? this.atRest(s, face);
      if (!s.areas[id]) return;
      const lines = this.lines(s, face, id);
      const text = JSON.stringify(lines);
      if (text === this.said) return;
      this.said = text;
      this.readout.replaceChildren(...lines.map((parts) => {
        const line = document.createElement("p");
        line.append(...parts.map(([said, tag]) => {
          const node = document.createElement(tag);
          node.textContent = said;
          return node;
        }));
        return line;
      }));
    }

    /* Before anybody has chosen one: where it is closest, or where the least has come in. */
    atRest(s, face) {
      const part = (id) => {
        const lead = face.leads.get(id);
        if (face.leads.size) return lead ? lead.margin / lead.valid : 2;
        const { boxes, boxes_total: total } = face.phase === "closed" ? s.areas[id].received : s.areas[id].counted;
        return total ? boxes / total : 2;
      };
      return face.areas.reduce((a, b) => (part(b) < part(a) ? b : a), face.areas[0]);
    }

    lines(s, face, id) {
      const facts = s.areas[id];
      const lead = face.leads.get(id);
      const given = votesIn(s, id);
      const closed = face.phase === "closed";
      const { boxes, boxes_total: total } = closed ? facts.received : facts.counted;
      const said = { n: w.number(boxes), total: w.number(total), pct: w.counted(boxes, total) };
      const lines = [[[w.name(facts) + " ", "b"], [w.say(closed ? "read.received" : "read.boxes", said), "span"]]];
      if (closed || !facts.choices || !boxes) return lines;
      let order = face.choices.map((_, at) => at).filter((at) => given[face.choices[at].id] != null);
      const votes = (at) => given[face.choices[at].id];
      if (face.duel) order = order.filter((at) => at === face.left || at === face.right);
      else if (face.phase === "open") order.sort((a, b) => votes(b) - votes(a) || a - b);
      if (face.duel && order[0] !== face.left) order.reverse();
      for (const at of order.slice(0, 3)) {
        const share = w.share(votes(at), facts.valid);
        const count = plain(w.say("votes", { n: w.number(votes(at)) }, votes(at)));
        const line = [[`${face.mark(at)} ${short(w, face.choices[at])} `.trimStart(), "span"], [`${share} · ${count}`, "span"]];
        if (lead && lead.first === at) line.push([" · " + w.say("read.ahead", { n: w.number(lead.margin) }), "b"]);
        lines.push(line);
      }
      const change = moved(s, face, id, w);
      if (change) lines.push([[w.say("read.move", { t: parentDay(s, w), n: change.join(" "), name: whose(s, face, w) }), "span"]]);
      return lines;
    }
  });
}
