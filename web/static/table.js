/* The table of places: sorted by its heads, filtered by part of the contest. Know before changing: rows never move
   under the pointer; they are sorted again when it leaves, on pause, and every ten seconds otherwise. They are sorted by
   what is painted (store.there), which may be another count than the night's own. */

import { button } from "./tiles.js";

const RESORT_MS = 10000;

const comeIn = (facts, face) => (face.phase === "closed" ? facts.received : facts.counted);
const share = (facts, choice) => (facts.counted.boxes && facts.valid ? (facts.choices?.[choice.id] ?? -1) / facts.valid : -1);

export function defineTable({ store, words: w }) {
  customElements.define("sandik-table", class extends HTMLElement {
    connectedCallback() {
      this.body = this.querySelector("tbody");
      this.rows = [...this.body.rows];
      this.order = null;
      this.sortedAt = -Infinity;
      this.names = new Intl.Collator(w.lang);
      for (const head of this.querySelectorAll("th[data-sort]")) this.addButton(head);
      this.body.addEventListener("pointerenter", (event) => { this.under = event.pointerType === "mouse"; });
      this.body.addEventListener("pointerleave", () => { this.under = false; this.resort(true); });
      store.addEventListener("pause", () => this.resort(true));
      store.addEventListener("paint", (event) => this.painted(event));
      this.addFilters();
    }

    addButton(head) {
      const words = [...head.childNodes];
      const made = button(head, () => {
        const key = head.dataset.sort;
        const text = ["name", "part", "n0", "n1"].includes(key);
        const down = this.order?.key === key ? !this.order.down : !text;
        this.order = { key, down };
        this.sort();
      });
      made.append(...words);
    }

    painted(event) {
      const { phase } = store.by;
      const turned = phase !== this.phase;
      this.phase = phase;
      this.countFilters();
      this.resort(turned || event.detail.first);
    }

    /* Sorts now if it may; later if it is too soon or somebody points at a row. */
    resort(now) {
      if (!store.by || this.under || this.body.matches(":focus-within")) return;
      const rest = this.sortedAt + RESORT_MS - performance.now();
      if (now || rest <= 0) this.sort();
      else this.later ??= setTimeout(() => { this.later = null; this.resort(false); }, rest);
    }

    sort() {
      const { there: s, by: face } = store;
      if (!face) return;
      this.sortedAt = performance.now();
      const { key, down } = this.order ?? (face.phase === "open" ? { key: "lv", down: true } : { key: "name", down: false });
      for (const head of this.querySelectorAll("th[data-sort]")) {
        if (head.dataset.sort === key) head.setAttribute("aria-sort", down ? "descending" : "ascending");
        else head.removeAttribute("aria-sort");
      }
      const value = new Map(this.rows.map((row) => [row, this.value(key, row, s, face)]));
      const name = new Map(this.rows.map((row) => [row, w.name(s.areas[row.dataset.area])]));
      const compare = (a, b) => {
        const [x, y] = [value.get(a), value.get(b)];
        const by = typeof x === "string" ? this.names.compare(x, y) : x - y;
        return (down ? -by : by) || this.names.compare(name.get(a), name.get(b));
      };
      const sorted = [...this.rows].sort(compare);
      if (sorted.some((row, at) => row !== this.body.rows[at])) this.body.append(...sorted);
    }

    value(key, row, s, face) {
      const id = row.dataset.area;
      const facts = s.areas[id];
      const lead = face.leads.get(id);
      const { boxes, boxes_total: total } = comeIn(facts, face);
      if (key === "boxes") return boxes;
      if (key === "counted") return total ? boxes / total : -1;
      if (key === "lv") return lead ? lead.margin : -1;
      if (key === "lp") return lead ? lead.margin / lead.valid : -1;
      if (key === "move") return facts.swing?.points ?? -1000;
      if (key === "turnout") return facts.registered && facts.voters != null ? facts.voters / facts.registered : -1;
      const side = face.choices[key.endsWith("0") ? face.left : face.right];
      if (face.duel && key[0] === "t") return share(facts, side);
      if (face.duel && key[0] === "v") return facts.choices?.[side.id] ?? -1;
      if (key === "name") return w.name(facts);
      return this.cell(row, key);
    }

    /* Columns of a contest of many, and the part: what the row says, numbers as numbers. */
    cell(row, key) {
      const at = [...this.querySelectorAll("thead th")].findIndex((head) => head.dataset.sort === key);
      const text = row.cells[at]?.textContent ?? "";
      if (key === "part" || key[0] === "n") return text;
      const digits = text.replace(/[^\d.,]/g, "").replaceAll(w.text.group, "").replace(w.text.decimal, ".");
      return digits ? Number(digits) : -1;
    }

    addFilters() {
      this.filters = this.closest("section").querySelector(".filters");
      this.parts = new Map(this.rows.map((row) => [row, row.querySelector(".part")?.textContent]));
      const parts = new Set([...this.parts.values()].filter(Boolean));
      const names = ["all", ...(parts.size > 1 && parts.size < 7 ? parts : []), "flip", "none", "open"];
      for (const name of names) button(this.filters, () => { this.filter = name; this.countFilters(); }, name);
      this.filter = "all";
    }

    countFilters() {
      const { there: s, by: face } = store;
      if (!face) return;
      const holds = (name, row) => {
        if (name === "flip") return row.dataset.flip !== undefined;
        if (name !== "open" && name !== "none") return name === "all" || this.parts.get(row) === name;
        const { boxes, boxes_total: total } = comeIn(s.areas[row.dataset.area], face);
        return name === "none" ? !boxes : boxes < total;
      };
      for (const one of this.filters.children) {
        const name = one.dataset.kind;
        const n = this.rows.filter((row) => holds(name, row)).length;
        const said = `filter.${name}` in w.text ? w.say(`filter.${name}`, { n }) : `${name} ${n}`;
        one.hidden = !n && (name === "flip" || name === "none") && name !== this.filter;
        if (one.textContent !== said) one.textContent = said;
        one.setAttribute("aria-pressed", String(name === this.filter));
      }
      for (const row of this.rows) {
        const hide = !holds(this.filter, row);
        if (row.hidden !== hide) row.hidden = hide;
      }
    }
  });
}
