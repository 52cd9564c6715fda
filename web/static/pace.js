/* How the replay plays, in a word, in the band, and on the clock. Know before changing: `pace` is what greeting and
   heartbeats say of it (dial.js), and is missing where nobody has; of one that plays as fast as it can no speed is said. */

export function replayWord(pace, w) {
  if (pace?.paused) return w.say("state.replay_paused");
  return pace?.speed ? w.say("state.replay_at", { speed: w.times(pace.speed) }) : w.say("state.replay");
}

export function replayBand(pace, date, w) {
  if (pace?.paused) return w.say("replaying_paused", { date });
  return pace?.speed ? w.say("replaying_at", { date, speed: w.times(pace.speed) }) : w.say("replaying", { date });
}

/* How far the night has gone since a moment of this page, in milliseconds; at most so many. */
export function ahead(pace, since, most) {
  if (!pace?.speed) return 0;
  const until = pace.paused ? pace.since : performance.now();
  return Math.min(Math.max(until - since, 0) * pace.speed, most);
}
