/* How the replay plays, in a word and on the clock. Know before changing: `pace` is what greeting and heartbeats say of it
   (dial.js), and is missing where nobody knows; of one that plays as fast as it can no speed is said. */

export function replayWord(pace, w) {
  if (pace?.paused) return w.say("state.replay_paused");
  return pace?.speed ? w.say("state.replay_at", { speed: w.times(pace.speed) }) : w.say("state.replay");
}

/* How far the night has gone since a moment of this page, in milliseconds; at most so many. */
export function ahead(pace, since, most) {
  return pace?.speed && !pace.paused ? Math.min((performance.now() - since) * pace.speed, most) : 0;
}
