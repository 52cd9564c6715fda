/* The overlays: the newest figures at most once a second, or as they were some seconds ago.
   Know before changing: on air an empty graphic is worse than an old one, and an old one must say so: the figures
   stay whatever happens to the gateway, and after a while the hour they are of stands beside them. */

import { Binding } from "./bind.js";
import { fits, isOld } from "./follow.js";
import { Link } from "./link.js";
import { Store } from "./store.js";
import { wordsOf } from "./words.js";

const EVERY_MS = 1000;
const OLD_AFTER_MS = 20000;

/* Takes what comes, as the link needs it, and hands it on when its time has come. */
class Intake extends Store {
  constructor(screen, delayMs) {
    super(null, null);
    Object.assign(this, { screen, delayMs, given: null });
  }

  ask() {
    const taken = this.latest;
    if (!taken || taken === this.given) return;
    this.given = taken;
    if (!this.delayMs) this.screen.put(taken);
    else setTimeout(() => this.screen.put(taken), this.delayMs);
  }
}

/* Says the hour of the figures once they may be old for longer than a short break. Without a socket only news shows that
   somebody is there: a cache may answer for a gateway that is gone. */
function watchAge({ store, link, words }) {
  const age = document.querySelector(".age");
  let since = performance.now();
  link.store.addEventListener("news", () => { since = performance.now(); });
  setInterval(() => {
    if (!isOld(link) && link.state !== "polling") since = performance.now();
    const s = store.painted;
    const old = s && performance.now() - since > OLD_AFTER_MS;
    age.hidden = !old;
    if (old) age.textContent = words.say("overlay.as_of", { t: words.clock(s.at, s.time_zone, false) });
  }, 1000);
}

async function start() {
  const { contest, delay } = document.body.dataset;
  const words = await wordsOf("overlay");
  const screen = new Store(new Binding(document.body), words);
  screen.every = EVERY_MS;
  const intake = new Intake(screen, 1000 * Number(delay));
  const link = new Link(intake, contest, fits);
  screen.addEventListener("paint", () => { document.body.dataset.here = "1"; }, { once: true });
  globalThis.sandik = { store: screen, link, words };
  watchAge(globalThis.sandik);
  link.start();
}

start();
