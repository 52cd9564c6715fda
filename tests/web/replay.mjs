/* Plays protocol vectors to the page's own link.js and store.js, in Node: `node replay.mjs FILE…`.

   One JSON list on stdout: for each file what came of each step, as tests/web/vectors/protocol-*.json say it.
   Know before changing: the real modules are used; faked is only what a browser would give them (a socket, an address,
   a document that is not looked at). The dice are fixed at both ends to learn the range of a wait. */

import { readFileSync } from "node:fs";

const sockets = [];
class FakeSocket {
  constructor() {
    this.said = [];
    sockets.push(this);
  }

  send(text) {
    this.said.push(JSON.parse(text));
  }

  close() {}
}

const given = {
  WebSocket: FakeSocket,
  location: { href: "http://gateway.test/", protocol: "http:" },
  document: { hidden: true, addEventListener() {} },
  addEventListener() {},
  fetch: () => new Promise(() => {}),
  performance: { now: () => 0 },
};
for (const [name, value] of Object.entries(given)) Object.defineProperty(globalThis, name, { value });

const { stateHash } = await import("../../web/static/hash.js");
const { Link } = await import("../../web/static/link.js");
const { Store } = await import("../../web/static/store.js");

function played(steps, dice) {
  Math.random = () => dice;
  const store = new Store(null, null);
  const link = new Link(store, "mayor", () => true);
  link.start();
  return steps.map(({ hear, drop }) => {
    if (drop !== undefined) {
      if (!link.socket) link.connect();
      link.nextTryAt = null;
      link.socket.onclose({ code: drop });
      return { back: link.nextTryAt };
    }
    if (!link.socket) link.connect();
    const socket = sockets.at(-1);
    socket.said = [];
    socket.onmessage({ data: JSON.stringify(hear) });
    const s = store.latest;
    return { says: socket.said, shows: s && [s.epoch, s.version, stateHash(s)], state: s };
  });
}

const found = process.argv.slice(2).map((file) => {
  const { steps } = JSON.parse(readFileSync(file, "utf8"));
  const [low, high] = [played(steps, 0), played(steps, 1)];
  return low.map((step, at) => "back" in step && step.back !== null ? { back: [step.back, high[at].back] } : step);
});
process.stdout.write(JSON.stringify(found));
process.exit(0);
