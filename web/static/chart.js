/* The lead over time, drawn with uPlot, and the rows of what the trailer needs. Know before changing: what is drawn, to
   the last word, comes from the server (web/plotted.py, web/needs.py); here it is only put on the page. While the library
   is missing, the drawing of the page /part/lead/ stands in its place, and each load of the numbers asks for it again:
   never by itself, so that nobody asks while the line is away. Nothing here throws when it is. */

const EVERY_MS = 15000;
const LEAST_MS = 2000;
const HIGH = 310;
const LABEL_GAP = 2;

const put = (tag, more) => Object.assign(document.createElement(tag), more);
/* What an address answers, read as `kind`; null where it cannot be had whole. */
const ask = (address, kind) => fetch(address).then((answer) => (answer.ok ? answer[kind]() : null)).catch(() => null);
const paint = (node, side) => (side == null ? node.removeAttribute("data-c") : node.setAttribute("data-c", side));

/* The library, one request at a time; whether it is there. */
let coming = null;
const library = () => (globalThis.uPlot ? true : coming ??= new Promise((done) => {
  const script = put("script", { src: "/static/uPlot.iife.min.js" });
  script.onload = script.onerror = () => {
    coming = null;
    script.remove();
    done(Boolean(globalThis.uPlot));
  };
  document.head.append(script);
}));

/* The table of what is needed; its rows are all alike, so each is a copy of the first. */
function fill(section, needs) {
  section.hidden = !needs;
  if (!needs) return;
  const [body] = section.querySelector("table").tBodies;
  section.querySelector("h2").textContent = needs.title;
  section.querySelector("thead tr").replaceChildren(...needs.heads.map((textContent) => put("th", { textContent, scope: "col" })));
  body.replaceChildren(...needs.rows.map(([name, boxes, expected, bar, share, worth, side]) => {
    const row = body.rows[0].cloneNode(true);
    const [, , , far, last] = row.cells;
    [name, boxes, expected].forEach((text, at) => { row.cells[at].textContent = text; });
    far.querySelector("rect").setAttribute("width", bar);
    far.querySelector("line").setAttribute("x1", needs.line);
    far.querySelector("line").setAttribute("x2", needs.line);
    far.lastChild.textContent = share;
    last.textContent = worth;
    paint(far, needs.c);
    paint(last, side);
    return row;
  }));
}

/* Draws a plan into the section; colours are asked of the page, so that the scheme and the palette hold. */
function draw(plan, { section, plot, ends, read, side }) {
  const ink = (name, node = section) => getComputedStyle(node).getPropertyValue(name);
  const px = devicePixelRatio;
  const font = getComputedStyle(plot).fontFamily;
  const [left, right] = plan.sides.map((one) => { paint(side, one); return ink(one == null ? "--ink" : "--t", side); });

  /* Each side of the middle in its own colour. */
  const split = ({ ctx, bbox: { top, height }, valToPos }) => {
    if (!height) return left;
    const across = ctx.createLinearGradient(0, top, 0, top + height);
    const middle = Math.min(1, Math.max(0, (valToPos(0, "y", true) - top) / height));
    [[0, left], [middle, left], [middle, right], [1, right]].forEach((stop) => across.addColorStop(...stop));
    return across;
  };

  /* Below the lines: the band of a recount, what was held back, and the middle. */
  const under = ({ ctx, bbox: { left: x, top, width, height }, valToPos }) => {
    const y = (value) => valToPos(value, "y", true);
    const box = (...to) => { ctx.beginPath(); ctx.rect(...to); ctx.clip(); };
    ctx.save();
    box(x, top, width, height);
    ctx.fillStyle = ink("--water");
    if (plan.band) ctx.fillRect(x, y(plan.band), width, y(-plan.band) - y(plan.band));
    ctx.fillStyle = ink("--ink");
    ctx.fillRect(x, y(0), width, px);
    if (plan.held) {
      box(x, top, valToPos(plan.held, "x", true) - x, height);
      ctx.beginPath();
      for (let at = x - height; at < x + width; at += 9 * px) { ctx.moveTo(at, top + height); ctx.lineTo(at + height, top); }
      ctx.strokeStyle = ink("--line");
      ctx.lineWidth = 1.5 * px;
      ctx.stroke();
    }
    ctx.restore();
  };

  /* Above them: what was told, with a word where one of three rows has room for it. */
  const over = ({ ctx, bbox: { top, height }, valToPos }) => {
    const taken = [0, 0, 0];
    ctx.save();
    ctx.font = `600 ${12 * px}px ${font}`;
    ctx.fillStyle = ctx.strokeStyle = ink("--ink");
    ctx.textAlign = "left";
    ctx.lineWidth = px;
    ctx.setLineDash([3 * px, 3 * px]);
    for (const [at, text] of plan.marks) {
      const x = Math.round(valToPos(at, "x", true)) + 0.5;
      const wide = ctx.measureText(text).width;
      const start = Math.max(0, Math.min(x, ctx.canvas.width - wide - 2));
      const row = taken.findIndex((end) => end < start);
      ctx.beginPath();
      ctx.moveTo(x, top);
      ctx.lineTo(x, top + height);
      ctx.stroke();
      if (row < 0) continue;
      taken[row] = start + wide + 10 * px;
      ctx.fillText(text, start, top - (38 - 15 * row) * px);
    }
    ctx.restore();
  };

  /* Beside each line what it says at its end, one above another and none below the lines, where the hours stand. */
  const label = (u) => {
    const [first, last] = [u.bbox.top, u.bbox.top + u.bbox.height].map((y) => plot.offsetTop + y / px);
    ends.replaceChildren();
    const placed = plan.ends.map(([value, said, words, one, ours]) => {
      const item = ends.appendChild(put("li", { className: ours ? "ours" : "" }));
      item.append(put("b", { textContent: said }), put("span", { textContent: words }));
      paint(item, one);
      return { item, top: first + u.valToPos(value, "y") - 9, high: item.offsetHeight + LABEL_GAP };
    });
    let free = 0;
    for (const one of placed) free = (one.top = Math.max(free, one.top)) + one.high;
    free = last;
    for (const one of placed.reverse()) {
      free = one.top = Math.min(one.top, free - one.high);
      one.item.style.top = `${Math.round(free)}px`;
    }
  };

  const line = { spanGaps: true, points: { show: false }, paths: uPlot.paths.stepped({ align: 1 }), stroke: ink("--grey-edge"), width: 1.8 };
  const looks = {
    early: { dash: [2, 3] }, then: {}, ours: { stroke: split, width: 3 }, count: { stroke: split, width: 1.4 },
    bars: { stroke: null, fill: line.stroke, paths: uPlot.paths.bars({ size: [0.9], align: 1 }) },
  };
  const axis = (pairs, more) => ({ stroke: ink("--quiet"), font: `12px ${font}`, ticks: { show: false }, gap: 4,
    grid: { show: false }, splits: () => pairs.map(([at]) => at), values: () => pairs.map(([, text]) => text), ...more });
  plot.replaceChildren();
  return new uPlot({
    width: plot.clientWidth, height: HIGH, padding: [52, 24, 0, 0], legend: { show: false },
    cursor: { y: false, drag: { x: false }, points: { show: false } },
    scales: { x: { time: false, range: () => plan.x }, y: { range: () => plan.y } },
    axes: [axis(plan.hours, { size: 26 }), axis(plan.scale, { size: 50, grid: { stroke: ink("--line"), width: 1 } })],
    series: [{}, ...plan.lines.map((kind) => ({ ...line, ...looks[kind] }))],
    hooks: {
      drawAxes: [under], draw: [over, label],
      setCursor: [({ cursor: { idx } }) => { read.textContent = plan.reads[idx] ?? plan.note; }],
    },
  }, plan.columns, plot);
}

export async function start({ store, link, words }, section) {
  const { contest } = document.body.dataset;
  const { lang } = document.documentElement;
  const plot = section.querySelector(".plot");
  const [head, sub] = section.querySelectorAll("h2, .quiet");
  const parts = { section, plot, ends: put("ul", { className: "ends" }), read: section.querySelector(".read"), side: put("i", { hidden: true }) };
  const choice = put("div", { className: "by" });
  let by = "clock", plan, chart, due, soon, asked = 0, shown = 0;

  /* Draws what is held; the drawing of the page needs nobody when sizes or colours change. */
  function show() {
    if (!plan || !globalThis.uPlot || !plot.clientWidth) return;
    chart?.destroy();
    chart = draw(plan, parts);
  }

  /* The drawing of the page; the one before it stays where there is none to be had. */
  async function borrow() {
    const page = await ask(`/part/lead/${contest}?lang=${lang}`, "text");
    const drawn = page && new DOMParser().parseFromString(page, "text/html").querySelector(".drawn");
    if (drawn && !chart) plot.replaceChildren(drawn);
  }

  /* An answer that comes later than that to a newer question is not shown. */
  async function load() {
    clearTimeout(due);
    due = null;
    const [wanted, mine] = [by, asked += 1];
    const found = await ask(`/series/${contest}/drawn.json?lang=${lang}&by=${by}`, "json");
    if (wanted !== by || mine < shown) return;
    if (!found) {
      due ??= setTimeout(load, EVERY_MS);
      return;
    }
    [plan, shown] = [found, mine];
    head.textContent = plan.title;
    sub.textContent = plan.sub;
    choice.hidden = !plan.open;
    plot.setAttribute("aria-label", plan.said);
    section.classList.toggle("open", plan.open);
    for (const button of choice.children) button.setAttribute("aria-pressed", button.value === by);
    fill(section.nextElementSibling, plan.needs);
    if (await library()) show();
    else await borrow();
    if (!plan.whole || !globalThis.uPlot || isBehind() || plan.open !== (store.face.phase === "open")) again();
  }

  /* A cache that lags, or another gateway: what is painted is newer already, and perhaps the last for hours. */
  const isBehind = () => plan.epoch === store.painted.epoch && plan.version < store.painted.version;

  /* What is painted is drawn a little later; when the ban ends not everybody asks in one moment. */
  function again() {
    const open = store.face.phase === "open";
    const wait = plan && open !== plan.open ? Math.random() * LEAST_MS : Math.max(LEAST_MS, EVERY_MS / (link.pace?.speed || 1));
    if (soon !== open) clearTimeout(due);
    if (!due || soon !== open) due = setTimeout(load, wait);
    soon = open;
  }

  choice.hidden = store.face.phase !== "open";
  choice.setAttribute("role", "group");
  choice.setAttribute("aria-label", words.say("chart.by"));
  for (const value of ["clock", "share"]) {
    const button = choice.appendChild(put("button", { type: "button", value, textContent: words.say(`chart.${value}`) }));
    button.onclick = () => { by = value; load(); };
  }
  plot.setAttribute("role", "img");
  plot.setAttribute("aria-label", head.textContent);
  plot.after(parts.ends, parts.side);
  head.before(choice);
  store.addEventListener("paint", again);
  await Promise.all([library(), load()]);
  document.addEventListener("change", () => setTimeout(show));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
  new ResizeObserver(show).observe(plot);
}
