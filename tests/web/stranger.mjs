/* A client of the gateway as somebody else would write it, from docs/reference/protocol.md alone.

     node stranger.mjs ws://127.0.0.1:8080/ws mayor

   Follows one contest (merge) and what is told of it (event), comes back when it is dropped, and proves what it shows
   by the hash in every third beat. One JSON line on stdout for everything that happens; when standard input ends, a
   last line says what it ends with.
   Know before changing: it imports nothing but Node. If it cannot be written from the page, the page is mended. */

import { createHash } from "node:crypto";

const [address, contest] = process.argv.slice(2);
const log = (t, facts) => process.stdout.write(`${JSON.stringify({ t, ...facts })}\n`);

/* What is held: the state that the frames have led to, and its resume. What is shown never goes back. */
let held = null; // { epoch, version, state, resume }
let whole = false; // changes are taken only when the subscribe was answered
let parts = null; // a snapshot of which not every part is here
let shown = null;
const left = new Set(); // epochs that a gateway led out of
let here = false; // something was taken whole on this connection
let position = null; // seq of the newest event
const events = [];

let socket;
let heartbeat = 10;
let silence;
let failures = 0;
let bye = null;
let later = false; // a command is to be sent again after the next beat

function merged(target, patch) {
  if (patch === null || typeof patch !== "object" || Array.isArray(patch)) return patch;
  const made = target !== null && typeof target === "object" && !Array.isArray(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete made[name];
    else made[name] = merged(made[name], value);
  }
  return made;
}

/* "In ascending order by code point": Array.prototype.sort compares UTF-16 units, so compare UTF-8 bytes instead. */
const ordered = (object) =>
  Object.keys(object).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

function hashOf(state) {
  let text = `sandik-1 ${state.contest} ${state.embargo.state}\n`;
  for (const id of ordered(state.areas)) {
    const { counted, valid, choices } = state.areas[id];
    const votes = ordered(choices ?? {}).map((choice) => `${choice}=${choices[choice] ?? "-"}`);
    text += `${id}\t${counted?.boxes ?? "-"}\t${valid ?? "-"}\t${votes.join(",") || "-"}\n`;
  }
  return createHash("sha256").update(text, "utf8").digest("hex").slice(0, 16);
}

const isOpen = (state) => state.embargo.state === "open";

function goesBack() {
  if (shown === null) return false;
  if (held.epoch !== shown.epoch) return left.has(held.epoch);
  if (held.version !== shown.version) return held.version < shown.version;
  return isOpen(shown.state) && !isOpen(held.state);
}

function show(by, prev) {
  log("took", { sub: "numbers", by, epoch: held.epoch, version: held.version, prev });
  if (goesBack()) return;
  shown = held;
  const { epoch, version, state } = held;
  const facts = { contest, epoch, version, open: isOpen(state), whole: true, hash: hashOf(state) };
  log("shown", { sub: "numbers", ...facts });
}

const send = (command) => socket.send(JSON.stringify(command));

function askNumbers(resume) {
  whole = false;
  parts = null;
  log("asked", { sub: "numbers", resume: resume ?? null, after: null });
  send({ t: "subscribe", sub: "numbers", contest, ...(resume ? { resume } : {}) });
}

function askEvents() {
  log("asked", { sub: "told", resume: null, after: position });
  send({ t: "subscribe", sub: "told", kind: "event", contest, after: position ?? 0 });
}

function lostTrack(because) {
  log("fault", { sub: "numbers", because });
  askNumbers();
}

const take = {
  hello(frame) {
    log("hello", { gateway: frame.gateway, mode: frame.mode, simulated: frame.simulated });
    heartbeat = frame.heartbeat_s;
    askNumbers(held?.resume);
    askEvents();
  },

  snapshot({ epoch, version, part, parts: of, resume, d }) {
    if (part === 1) parts = d;
    else if (parts === null) return;
    else parts = merged(parts, d);
    if (part < of) {
      whole = false;
      return;
    }
    if (here && held.epoch !== epoch) {
      left.add(held.epoch);
      left.delete(epoch);
    }
    held = { epoch, version, state: parts, resume };
    parts = null;
    whole = here = true;
    failures = 0;
    show("snapshot", null);
  },

  resumed({ epoch, version }) {
    if (held === null || epoch !== held.epoch || version !== held.version) return lostTrack("resumed elsewhere");
    whole = here = true;
    failures = 0;
    log("took", { sub: "numbers", by: "resumed", epoch, version, prev: null });
  },

  change({ epoch, version, prev, resume, d }) {
    if (!whole) return;
    if (epoch !== held.epoch || prev !== held.version) return lostTrack(`${prev} does not follow on ${held.version}`);
    held = { epoch, version, state: merged(held.state, d), resume };
    show("change", prev);
  },

  subscribed({ sub, seq }) {
    position = seq;
    failures = 0;
    log("joined", { sub, contest, seq });
  },

  event({ sub, seq, prev, id, kind, d }) {
    if (prev !== position) {
      log("fault", { sub, because: `an event after ${prev} and not ${position}` });
      return askEvents();
    }
    position = seq;
    const again = events.some((event) => event.id === id);
    log("event", { sub, contest, seq, prev, id, again });
    if (!again) events.push({ seq, id, kind, title: d.title });
  },

  beat({ hash, stale_s: stale }) {
    if (stale !== undefined) log("stale", { stale_s: stale });
    if (later) {
      later = false;
      if (!whole) askNumbers(held?.resume);
    }
    if (hash?.numbers === undefined || !whole) return;
    const ours = hashOf(held.state);
    log("compared", { sub: "numbers", epoch: held.epoch, version: held.version, ours, theirs: hash.numbers });
    if (ours !== hash.numbers) lostTrack("the hash differs");
  },

  error(frame) {
    log("error", frame);
    if (frame.temporary) later = true;
  },

  bye(frame) {
    bye = frame;
  },
};

function listen(limit) {
  clearTimeout(silence);
  silence = setTimeout(() => ended(socket, 1006), limit * 1000);
}

function ended(which, code) {
  if (which !== socket) return;
  clearTimeout(silence);
  socket = null;
  which.close();
  whole = here = false;
  log("lost", { code });
  if (code >= 3500) return finish();
  failures += 1;
  const base = Math.min(500 * 2 ** (failures - 1), 7500);
  const [low, high] = bye?.reconnect_after_ms ?? [base, 2 * base];
  bye = null;
  setTimeout(connect, low + Math.random() * (high - low));
}

function connect() {
  const opened = new WebSocket(address);
  socket = opened;
  listen(30);
  opened.onmessage = ({ data }) => {
    if (opened !== socket) return;
    listen(3 * heartbeat);
    const frame = JSON.parse(data);
    take[frame.t]?.(frame);
  };
  opened.onclose = ({ code }) => ended(opened, code);
  opened.onerror = () => {}; // onclose comes too
}

function finish() {
  const state = shown?.state;
  log("end", { epoch: shown?.epoch, version: shown?.version, hash: state && hashOf(state), events });
  process.exit(0);
}

process.stdin.resume();
process.stdin.on("end", finish);
connect();
