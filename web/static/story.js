/* What was told: the call and its badge, why there is none, the swing, and the list of alerts. Know before changing:
   web/story.py computes the same keys and the same list for the page the server sends; a browser test compares both. */

import { BOLD } from "./words.js";

export const short = (w, choice) => w.name(choice, "short") || w.name(choice);

const BADGES = { "not started": "waiting", "too early": "early", "too close": "close", open: "open", proposed: "proposed", called: "called",
  retracted: "retracted", recount: "recount", certified: "certified", annulled: "annulled", rerun: "annulled", "tie by lot": "lot" };
export const SPOKEN = ["called", "retracted", "recount", "certified", "annulled", "lot"];
const GROUPS = Object.entries({ first: "count", counted: "count", lead: "lead", band: "lead", "call-made": "call",
  "call-retracted": "withdrawn", source: "source", correction: "correction", quarantine: "held", embargo: "ban",
  recount: "ruling", certified: "ruling", annulled: "ruling", rerun: "ruling" });

const REASONS_MAX = 6;

export const settled = (kind) => SPOKEN.indexOf(kind) > 1;
export const hidden = (yes) => (yes ? "" : null);
const plain = (text) => text.replaceAll(BOLD, "");

export function callKind(s, face) {
  const kind = face.phase === "closed" ? "embargo" : BADGES[s.call?.state || "open"] ?? "open";
  return face.phase === "early" && (kind === "open" || kind === "waiting") ? "early" : kind;
}

/* The because in this language, else in English where another was told; else nothing. */
function reason(call, w) {
  const told = call.becauses ?? {};
  const any = w.lang === "en" || Object.keys(told).length;
  return plain(told[w.lang] || (any && call.because) || "");
}

function how(call, w) {
  let said = "";
  if (call.rule) said += " · " + w.say("call.rule", { rule: w.text[`rule.${call.rule}`] ?? call.rule });
  if (call.counted_at_call != null) {
    const tenths = Math.floor(Math.floor(call.counted_at_call * 10000 + 0.5) / 10);
    said += " · " + w.say("call.counted", { pct: tenths === 1000 ? w.percent(100, 0) : w.percent(tenths, 1) });
  }
  return said;
}

export function callValues(s, face, w) {
  const kind = callKind(s, face);
  const call = s.call ?? {};
  const moment = (at) => w.moment(at, s.time_zone, s.date, false);
  const spoken = SPOKEN.includes(kind);
  const name = (call.elected?.length ? call.elected : [call.choice]).map(face.place)
    .filter((place) => place !== null).map((place) => short(w, face.choices[place])).join(", ");
  const annulment = kind === "annulled" ? s.alerts?.find((alert) => alert.kind === kind) : null;
  const at = annulment?.at ?? call.at;
  const t = settled(kind) ? w.day(at, s.time_zone) : moment(at);
  const then = moment(call.called_at);
  let what = spoken ? w.say(`call.${kind}`, { t, name }) : "";
  let past = "";
  if (kind === "called") what += how(call, w) + (reason(call, w) ? w.say("call.then") : ".");
  if (kind === "annulled") {
    what += (s.lineage?.rerun_on ? w.say("call.rerun", { t: w.day(s.lineage.rerun_on, s.time_zone) }) : "") + ".";
    past = w.say("call.kept");
  } else if ((kind === "retracted" || kind === "recount") && name) past = w.say("call.was", { name, t: then }) + how(call, w) + ".";
  const year = at && kind === "annulled" ? w.date(w.plainDay(at, s.time_zone)) : t;
  return { "badge.kind": kind, "badge.text": w.say(`badge.${kind}`, { t: year, name }),
    "badge.was": kind === "retracted" && call.called_at ? w.say("badge.was", { t: then }) : "",
    "badge.note": note(s, kind, w), "call.hide": hidden(!spoken), "after.hide": hidden(!settled(kind)), "call.what": what,
    "call.because": spoken ? reason(call, w) : "", "call.was": past };
}

function note(s, kind, w) {
  const time = (at) => w.clock(at, s.time_zone, false);
  if (kind === "embargo") {
    const { law_opens_at: law, opens_at: opens } = s.embargo ?? {};
    const said = law ? [w.say("note.law", { t: time(law) })] : [];
    if (opens && opens !== law) said.push(w.say("note.lifted", { t: time(opens) }));
    return said.join(" ");
  }
  if (kind === "early") return w.say("note.early", { pct: w.percent(s.lead_from_counted_pct || 0, 0) });
  return ["called", "retracted", "recount"].includes(kind) ? w.say("foot.unofficial") : "";
}

export function whyValues(s, face, w) {
  const kind = callKind(s, face);
  if (face.phase === "closed" || SPOKEN.includes(kind)) return { "why.hide": "", "why.text": "", "why.sub": "" };
  const { guards = [], guards_asked: all } = s.call ?? {};
  const lines = face.phase === "open" ? guards.map((one) => against(one, w)) : [];
  const n = guards.filter(({ id }) => id !== "rule").length;
  const values = { "why.hide": null, "why.text": lines.length ? "" : reason(s.call ?? {}, w) || why(s, kind, w),
    "why.hide_text": hidden(lines.length), "why.hide_list": hidden(!lines.length),
    "why.sub": lines.length && n ? w.say("why.guards", { n, all }) : "" };
  for (let at = 0; at < REASONS_MAX; at += 1) {
    values[`why.${at}`] = lines[at] ?? "";
    values[`why.${at}.hide`] = hidden(at >= lines.length);
  }
  return values;
}

/* A reason against a call, its title bold. */
function against({ briefs, brief }, w) {
  const [, title, rest] = /^(.*?:(?= )|.*$) ?(.*)$/.exec(plain(briefs?.[w.lang] || brief || ""));
  return (BOLD + title + BOLD + " " + rest).trimEnd();
}

function why(s, kind, w) {
  const { boxes, boxes_total: total } = s.counted;
  if (kind === "waiting" || kind === "early" || s.margin_votes == null)
    return w.say("why.early", { pct: w.counted(boxes, total, 1), least: w.percent(s.lead_from_counted_pct || 0, 0) });
  return w.say(kind === "close" ? "why.close" : "why.open", { n: w.number(s.margin_votes),
    points: w.points(s.margin_votes, s.valid, 2), votes: w.number(s.outstanding?.votes_max) });
}

export function swingValues(s, face, w) {
  const swing = s.swing;
  const first = swing && face.phase === "open" ? face.place(swing.first) : null;
  if (first === null) return { "swing.hide": "", "swing.mark": "", "swing.c": null };
  const [parent] = /\d{4}-\d{2}-\d{2}$/.exec(s.lineage?.parent ?? "") ?? [];
  return { "swing.hide": null,
    "swing.title": parent ? w.say("swing.since", { t: w.day(parent) }) : w.say("swing.then"),
    "swing.same": w.say("swing.same", { n: w.number(swing.boxes) }, swing.boxes),
    "swing.mark": face.mark(first), "swing.c": String(first), "swing.num": w.signed(swing.points),
    "swing.unit": w.say("swing.unit", { name: w.of(short(w, face.choices[first])) }),
    "swing.naive": w.say("swing.naive", { n: w.signed(swing.naive_points) }) };
}

/* A title without mode and contest, which the page says already, as a sentence. */
export function plainTitle(s, alert, w) {
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
      word: w.say(`kind.${group}`), title: plainTitle(s, alert, w), because: reason(alert, w) };
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

    line({ id, group, at, time, word, title, because }) {
      const make = (tag, text, facts = {}) => Object.assign(document.createElement(tag), { textContent: text }, facts);
      const line = make("li", "");
      Object.assign(line.dataset, { id, group });
      const said = make("p", "");
      said.append(make("b", word, { className: "tag" }), " ", make("b", title), " ", because);
      line.append(make("time", time, { dateTime: at }), said);
      return line;
    }
  });
}
