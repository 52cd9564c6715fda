/* The desk's connection: signs in with a token, follows what the desk is sent, and does what it is asked to.
   Know before changing: the token is said in the socket and never stands in an address; it is kept for this tab alone.
   An act whose answer never came may have been done: that is said, and it is never sent a second time by itself. */

import { Dial, NO_RETURN_CODE } from "./dial.js";

const KEPT = "sandik.desk.token";
const GONE = 3401;

function stored(text) {
  try {
    if (text === undefined) return sessionStorage.getItem(KEPT);
    if (text === null) sessionStorage.removeItem(KEPT);
    else sessionStorage.setItem(KEPT, text);
  } catch { /* a browser that keeps nothing asks again after a reload */ }
  return null;
}

export class DeskLink extends Dial {
  constructor() {
    super();
    Object.assign(this, { state: "out", problem: null, token: null, name: "", greeting: null, tries: 0, nextTryAt: 0,
      offset: 0, stale: null, waiting: new Map(), acts: 0, asked: null });
  }

  start() {
    const token = stored();
    if (token) this.signIn(token);
    this.comeBack(() => this.token);
  }

  become(state, problem = null) {
    Object.assign(this, { state, problem });
    this.dispatchEvent(new Event("state"));
  }

  signIn(token) {
    this.token = token;
    this.become("connecting");
    this.connect();
  }

  /* Out of the desk: nothing of the token stays, and what was asked for is answered no more. */
  signOut(problem = null) {
    stored(null);
    this.token = null;
    this.name = "";
    clearTimeout(this.retry);
    clearTimeout(this.timer);
    const { socket } = this;
    this.socket = null;
    socket?.close();
    this.settleAll();
    this.become("out", problem);
  }

  lost(socket, code) {
    if (socket !== this.socket) return;
    this.socket = null;
    clearTimeout(this.timer);
    this.settleAll();
    if (code === GONE) return this.signOut("expired");
    if (code >= NO_RETURN_CODE && code < 5000) return this.signOut("closed");
    this.tries += 1;
    this.later();
    this.become("reconnecting");
  }

  take(frame, socket) {
    if (socket !== this.socket) return;
    if (frame.t === "hello") this.hello(frame);
    else if (frame.t === "scopes") this.signedIn(frame);
    else if (frame.t === "error") this.error(frame);
    else if (frame.t === "done") this.settle(frame.id, frame);
    else if (frame.t === "bye") this.bye(frame);
    else if (frame.t === "beat") this.beat(frame);
    else this.dispatchEvent(new CustomEvent("frame", { detail: frame }));
  }

  signedIn({ scopes, name }) {
    if (!scopes.includes("desk")) return this.signOut("scope");
    stored(this.token);
    Object.assign(this, { name, scopes, tries: 0 });
    this.become("open");
    this.dispatchEvent(new Event("ready"));
  }

  error(frame) {
    if (frame.code === "bad-token") this.signOut("token");
    else if (frame.id && this.waiting.has(frame.id)) this.settle(frame.id, { ok: false, outcome: frame.code, d: { because: frame.message } });
    else this.dispatchEvent(new CustomEvent("frame", { detail: frame }));
  }

  hello(frame) {
    super.hello(frame);
    this.greeting = frame;
    this.send({ t: "auth", token: this.token });
  }

  bye(frame) {
    if (frame.code === GONE) return this.signOut("expired");
    super.bye(frame);
  }

  beat(frame) {
    super.beat(frame);
    this.dispatchEvent(new Event("beat"));
  }

  /* Does it; the answer is what the gateway says of it, or that nobody knows. */
  act(what, fields) {
    if (this.state !== "open") return Promise.resolve({ ok: false, outcome: "away", d: {} });
    const id = `${Date.now().toString(36)}-${(this.acts += 1)}`;
    return new Promise((settle) => {
      this.waiting.set(id, settle);
      this.send({ t: "act", id, do: what, ...fields });
    });
  }

  settle(id, frame) {
    this.waiting.get(id)?.(frame);
    this.waiting.delete(id);
  }

  settleAll() {
    for (const id of [...this.waiting.keys()]) this.settle(id, { ok: false, outcome: "lost", d: {} });
  }
}
