/* The evening as a line: boxes every five minutes, moments with a source, where the replay is and where it is to go.
   Know before changing: the handle is the browser's own slider; moving it only chooses an hour, and a second press
   goes there, because going back forgets all that was played. Drawn to the width it has, never stretched. */

import { draw, h } from "./desk_dom.js";

const TOP = 34;
const FOOT = 112;
const LANE = 18;
const SAID = 26;
const CHAR = 6.6;
const NARROW = 700;
const HOUR_WIDE = 52;

export class Timeline {
  constructor(app) {
    this.app = app;
    this.target = null;
    this.seek = document.getElementById("seek");
    this.seek.addEventListener("input", () => this.choose(this.begin + Number(this.seek.value) * 1000));
    this.seek.addEventListener("keydown", (event) => this.key(event));
    addEventListener("resize", () => app.draw());
  }

  get begin() {
    return Date.parse(this.app.outline.begin);
  }

  get end() {
    const { bars, step_s: step } = this.app.outline;
    return this.begin + bars.length * step * 1000;
  }

  /* Shift is ten minutes; Enter goes where the handle is. */
  key(event) {
    if (event.key === "Enter" && this.target !== null) this.app.go(this.target);
    else if (event.key === "Escape") this.choose(null);
    else if (event.shiftKey && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
      const by = event.key === "ArrowLeft" ? -600 : 600;
      this.seek.value = String(Number(this.seek.value) + by);
      this.choose(this.begin + Number(this.seek.value) * 1000);
    } else return;
    event.preventDefault();
  }

  choose(at) {
    this.target = at;
    this.app.draw();
  }

  /* The nearest moment before or after where the handle is. */
  next(by) {
    const here = this.target ?? this.app.position() ?? this.begin;
    const times = this.app.outline.marks.map((mark) => Date.parse(mark.at)).sort((a, b) => a - b);
    const found = by > 0 ? times.find((at) => at > here + 999) : times.findLast((at) => at < here - 999);
    if (found !== undefined) this.choose(found);
  }

  text(mark) {
    const { w } = this.app;
    const key = `replay.mark.${mark.kind}`;
    return w.text[key] ? w.say(key) : mark.text;
  }

  draw() {
    const { app } = this;
    const { w } = app;
    const at = app.position();
    const here = this.target ?? at ?? this.begin;
    const length = Math.max(1, Math.round((this.end - this.begin) / 1000));
    if (this.seek.max !== String(length)) this.seek.max = String(length);
    const value = String(Math.max(0, Math.min(length, Math.round((here - this.begin) / 1000))));
    if (this.seek.value !== value) this.seek.value = value;
    this.seek.setAttribute("aria-valuetext", app.clock(here));
    document.getElementById("line-title").textContent = app.line("timeline", { date: w.date(app.state.now?.date) });
    draw(document.getElementById("marks-by"), [app.button("◀ " + app.line("mark.before"), "mark-before"), app.button(app.line("mark.after") + " ▶", "mark-after")]);
    draw(document.getElementById("drawn"), [this.picture(at)]);
    draw(document.getElementById("target"), [this.wanted(at)]);
    draw(document.getElementById("marks"), [this.list()]);
  }

  /* What a second press does, and what that means. */
  wanted(at) {
    const { app, target } = this;
    if (target === null) return null;
    const back = at !== null && target < at;
    return h("div.sure", { key: "target", role: "group" },
      h("p", null, app.line(back ? "target.back" : "target.on", { t: app.clock(target) })),
      h("div.acts", null, app.button(app.line("go", { t: app.clock(target) }), "go", { style: "go", disabled: app.busy }),
        app.button(app.line("stay"), "stay", { style: "plain.wide" })));
  }

  picture(at) {
    const wide = Math.max(300, document.getElementById("drawn").clientWidth);
    const x = (time) => ((time - this.begin) / (this.end - this.begin)) * (wide - 2) + 1;
    const { bars, marks } = this.app.outline;
    const most = Math.max(1, ...bars);
    const ban = this.ban(x, wide);
    const tall = FOOT - TOP - (ban?.at(-1) ? SAID : 8);
    const step = (wide - 2) / bars.length;
    const lanes = wide < NARROW ? [] : this.lanes(marks, x, wide);
    const high = FOOT + 30 + (lanes.length ? Math.max(...lanes.map((one) => one.lane)) * LANE + 24 : 6);
    const tops = bars.map((count, n) => count && h("rect.bar", { x: (n * step + 1).toFixed(1), width: Math.max(1, step - 1).toFixed(1),
      y: (FOOT - Math.max(1, (count / most) * tall)).toFixed(1), height: Math.max(1, (count / most) * tall).toFixed(1) }));
    return h("svg.night", { key: "night", width: wide, height: high, viewBox: `0 0 ${wide} ${high}`, "aria-hidden": "true" },
      tops, ban, h("rect.rest", { x: 0, y: FOOT, width: wide, height: 6 }),
      at !== null && h("rect.done", { x: 0, y: FOOT, width: Math.max(0, Math.min(wide, x(at))).toFixed(1), height: 6 }),
      this.hours(x, wide), lanes.map((one) => this.flag(one)), this.hand(at, x, wide));
  }

  /* Until the ban was lifted, nothing of what came was shown. */
  ban(x, wide) {
    const lifted = this.app.outline.marks.find((mark) => mark.kind === "embargo-lifted");
    if (!lifted) return null;
    const width = Math.max(0, Math.min(wide, x(Date.parse(lifted.at))));
    return [h("defs", null, h("pattern", { id: "held", width: 8, height: 8, patternUnits: "userSpaceOnUse" }, h("path", { d: "M-2 10 10-2M-2 2 2-2M6 10 10 6" }))),
      h("rect.held", { x: 0, y: TOP, width: width.toFixed(1), height: FOOT - TOP }),
      width > 230 && h("text.says", { x: 8, y: TOP + 16 }, this.app.line("held", { t: this.app.clock(Date.parse(lifted.at), false) }))];
  }

  hours(x, wide) {
    const said = [];
    const gap = Math.max(1, Math.ceil(HOUR_WIDE / (x(this.begin + 3600000) - x(this.begin))));
    for (let at = Math.ceil(this.begin / 3600000) * 3600000, n = 0; at < this.end; at += 3600000, n += 1)
      if (x(at) > 24 && x(at) < wide - 24 && n % gap === 0) said.push(h("text.hour", { x: x(at).toFixed(1), y: FOOT + 22 }, this.app.clock(at, false)));
    return said;
  }

  /* Labels that would meet go one lane down; one that would cross the next line, or the edge, stands left of its own. */
  lanes(marks, x, wide) {
    const full = [];
    const within = marks.filter((mark) => Date.parse(mark.at) <= this.end);
    return within.map((mark, n) => {
      const at = x(Date.parse(mark.at));
      const after = within[n + 1] ? x(Date.parse(within[n + 1].at)) : wide;
      const text = `${this.app.clock(Date.parse(mark.at), false)} ${this.text(mark)}`;
      const shown = text.length > 46 ? text.slice(0, 45).trimEnd() + "…" : text;
      const width = shown.length * CHAR + 14;
      const left = at + width > wide || (at + width > after && at > width);
      const [from, to] = left ? [at - width, at] : [at, at + width];
      let lane = 0;
      while (full.some((one) => one.lane === lane && one.from < to && from < one.to)) lane += 1;
      full.push({ lane, from, to });
      return { at, text: shown, left, lane };
    });
  }

  flag({ at, text, left, lane }) {
    const y = FOOT + 44 + lane * LANE;
    return [h("path.flag", { d: `M${at.toFixed(1)} ${FOOT - 4}V${y}` }),
      h("text.mark", { x: (at + (left ? -6 : 6)).toFixed(1), y, "text-anchor": left ? "end" : "start" }, text)];
  }

  hand(at, x, wide) {
    const time = this.target ?? at;
    if (time === null) return null;
    const place = Math.max(1, Math.min(wide - 1, x(time)));
    const label = Math.max(44, Math.min(wide - 44, place));
    return h("g.hand", { "data-chosen": this.target !== null || null }, h("path", { d: `M${place.toFixed(1)} 22V${FOOT + 3}` }),
      h("rect", { x: (label - 44).toFixed(1), y: 0, width: 88, height: 24 }),
      h("text", { x: label.toFixed(1), y: 17 }, this.app.clock(time)), h("circle", { cx: place.toFixed(1), cy: FOOT + 3, r: 9 }));
  }

  /* The same moments as a list: what was decided days later stands in no evening. */
  list() {
    const { app } = this;
    const { w } = app;
    const { marks } = app.outline;
    if (!marks.length) return null;
    return h("details", { key: "marks" }, h("summary", null, app.line("marks", { n: marks.length })),
      h("ol.moments", null, marks.map((mark) => h("li", { key: mark.at + mark.kind + mark.text },
        app.button(app.moment(mark.at), "mark", { "data-at": mark.at }), h("span", null, h("b", null, this.text(mark)), " ", h("span.quiet", { lang: mark.texts?.[w.lang] ? w.lang : "en" }, mark.texts?.[w.lang] ?? mark.text))))));
  }
}
