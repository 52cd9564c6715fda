/* The list of what was told, on the board and in the embed of it. Know before changing: web/story.py makes the same list
   for the page the server sends; a browser test compares both. */

import { hidden, languageOf, plain, reason } from "./story.js";

const GROUPS = Object.entries({ first: "count", counted: "count", lead: "lead", band: "lead", "call-made": "call",
  "call-retracted": "withdrawn", source: "source", correction: "correction", quarantine: "held", embargo: "ban",
  recount: "ruling", certified: "ruling", annulled: "ruling", rerun: "ruling" });

/* A title without mode and contest, which the page says already, as a sentence. */
function plainTitle(s, alert, w) {
  let title = plain(String(alert.titles?.[w.lang] || alert.title || ""));
  for (const name of [w.name(s, "title"), s.title ?? ""]) {
    const at = title.indexOf(name + ": ");
    if (!name || at < 0) continue;
    title = title.slice(at + name.length + 2);
    break;
  }
  return w.capital(title) + (/[.!?…]$/.test(title) ? "" : ".");
}

const later = (a, b) => (a.at === b.at ? b.seq - a.seq : a.at < b.at ? 1 : -1);

export function alerts(s, w) {
  return (s.alerts ?? []).filter(({ kind }) => kind !== "call-proposed").sort(later).map((alert) => {
    const [, group] = GROUPS.find(([begin]) => alert.kind.startsWith(begin)) ?? ["", "event"];
    return { id: alert.id, group, at: alert.at, time: w.moment(alert.at, s.time_zone, s.date),
      word: w.say(`kind.${group}`), title: plainTitle(s, alert, w), because: reason(alert, w),
      title_lang: languageOf(alert.titles, w), because_lang: languageOf(alert.becauses, w, alert.lang) };
  });
}

export const toldValues = (s, face, w) => ({ "told.hide": hidden(alerts(s, w).length) });

/* The list of what was told: new ones are put in, what is there stays where it is. */
export function defineTold({ store, words: w }) {
  customElements.define("sandik-told", class extends HTMLElement {
    connectedCallback() {
      this.list = this.querySelector("ol");
      store.addEventListener("paint", () => this.show());
    }

    show() {
      if (store.latest.alerts === this.shown) return;
      this.shown = store.latest.alerts;
      const held = new Map([...this.list.children].map((line) => [line.dataset.id, line]));
      let next = this.list.firstChild;
      for (const alert of alerts(store.latest, w)) {
        const line = held.get(alert.id) ?? this.line(alert);
        held.delete(alert.id);
        if (line === next) next = next.nextSibling;
        else this.list.insertBefore(line, next);
      }
      for (const line of held.values()) line.remove();
    }

    line({ id, group, at, time, word, title, because, title_lang, because_lang }) {
      const make = (tag, text, facts = {}) => Object.assign(document.createElement(tag), { textContent: text }, facts);
      const line = make("li", "");
      Object.assign(line.dataset, { id, group });
      const said = make("p", "");
      const of = (lang) => (lang === w.lang ? {} : { lang });
      const why = of(because_lang).lang && because ? make("span", because, of(because_lang)) : because;
      said.append(make("b", word, { className: "tag" }), " ", make("b", title, of(title_lang)), " ", why);
      line.append(make("time", time, { dateTime: at }), said);
      return line;
    }
  });
}
