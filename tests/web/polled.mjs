/* What becomes of a link that asks for the snapshot, and of one that stands on the connection of another, in Node:
   `node polled.mjs`. One JSON object on stdout.

   Know before changing: the real modules are used; an answer comes whole, in halves or never, as a case says. */

let answered;
const given = {
  WebSocket: class { send() {} close() {} },
  location: { href: "http://gateway.test/", protocol: "http:" },
  document: { hidden: true, addEventListener() {} },
  addEventListener() {},
  setInterval: (ask) => { answered.ask = ask; return 1; },
  clearInterval() {},
  setTimeout: (end, ms) => { answered.limits.push({ end, ms }); return answered.limits.length; },
  clearTimeout: (at) => { if (answered.limits[at - 1]) answered.limits[at - 1].over = true; },
  fetch: async (_, { headers, signal }) => {
    answered.asked.push(headers["If-None-Match"] ?? null);
    if (answered.swallows) await new Promise((_, fail) => { signal.addEventListener("abort", () => fail(new Error("given up"))); });
    return { ok: true, status: 200, headers: new Map([["ETag", answered.tag]]), json: answered.json };
  },
};
const soon = setTimeout;
for (const [name, value] of Object.entries(given)) Object.defineProperty(globalThis, name, { value });

const { Link } = await import("../../web/static/link.js");
const { Store } = await import("../../web/static/store.js");
const settled = () => new Promise((done) => { soon(done); });
const state = (epoch, version) => ({ contest: "mayor", epoch, version, areas: {}, counted: { boxes: version } });
const whole = (epoch, version) => ({ t: "snapshot", sub: "a", epoch, version, d: state(epoch, version) });

function linked(json) {
  answered = { asked: [], json, tag: '"tag"', limits: [] };
  return new Link(new Store(null, null), "mayor", () => true);
}

/* The body of an answer is cut off; the next one is asked for without the tag of what never came. */
async function cut() {
  const link = linked(async () => { throw new Error("cut off"); });
  link.poll();
  await settled();
  const after = link.state;
  answered.json = async () => state("e1", 7);
  answered.ask();
  await settled();
  return { after, asked: answered.asked, shows: link.store.latest?.version ?? null, state: link.state };
}

/* The socket is back while the body of an answer is still on its way. */
async function overtaken() {
  let arrive;
  const link = linked(() => new Promise((done) => { arrive = done; }));
  link.poll();
  await settled();
  link.connect();
  link.take({ t: "hello", heartbeat_s: 10 }, link.socket);
  link.take(whole("e1", 8), link.socket);
  arrive(state("e1", 7));
  await settled();
  return { shows: link.store.latest.version, state: link.state };
}

/* The line swallows a question: no other is sent meanwhile; when it is given up, the next one is. */
async function swallowed() {
  const link = linked(async () => state("e1", 7));
  link.poll();
  await settled();
  const states = [link.state];
  answered.swallows = true;
  answered.ask();
  answered.ask();
  await settled();
  const asked = answered.asked.length;
  states.push(link.state);
  answered.limits.at(-1).end();
  await settled();
  states.push(link.state);
  answered.swallows = false;
  answered.ask();
  await settled();
  states.push(link.state);
  return { asked, states, open: answered.limits.filter(({ over }) => !over).length };
}

/* A beat had said that the store is away; without a socket the tag of each answer says whether it still is. */
async function stale() {
  const link = linked(async () => state("e1", 7));
  link.beat({ t: "beat", stale_s: 12.5 });
  const said = [link.stale.seconds];
  link.poll();
  await settled();
  for (const tag of ['"e1:7"', 'W/"e1:7:stale"', '"e1:7:stale"', '"e1:7"']) {
    answered.tag = tag;
    answered.ask();
    await settled();
    said.push(Boolean(link.stale));
  }
  return said;
}

/* A count beside the page's own is followed over the same connection; the next gateway lags behind the one that was left. */
async function beside() {
  const link = linked();
  link.socket = new WebSocket();
  const shown = [];
  for (const frame of [{ t: "hello" }, whole("e1", 5), whole("e2", 1), { t: "hello" }, whole("e1", 6)]) {
    link.take(frame, link.socket);
    if (link.store.latest) shown.push(`${link.store.latest.epoch} ${link.store.latest.version}`);
  }
  return shown;
}

const found = { cut: await cut(), overtaken: await overtaken(), beside: await beside(), swallowed: await swallowed(), stale: await stale() };
process.stdout.write(JSON.stringify(found));
process.exit(0);
