/* The proof that this page holds what the server has: SHA-256 over a short text of the state, and the merge patch.
   Know before changing: crypto.subtle needs a secure context and answers later; a page on plain http within a
   newsroom must be able to check too, so the sum is done here. tests/web/vectors/ holds both to known answers. */

const K = [];
const H = [];
for (let n = 2; K.length < 64; n += 1) {
  let prime = true;
  for (let d = 2; d * d <= n; d += 1) if (n % d === 0) prime = false;
  if (!prime) continue;
  const bits = (root) => ((root - Math.floor(root)) * 2 ** 32) | 0;
  if (H.length < 8) H.push(bits(Math.sqrt(n)));
  K.push(bits(Math.cbrt(n)));
}
const turn = (x, n) => (x >>> n) | (x << (32 - n));

function block(state, view, at, w) {
  for (let t = 0; t < 64; t += 1) {
    if (t < 16) w[t] = view.getInt32(at + 4 * t);
    else {
      const a = w[t - 15];
      const b = w[t - 2];
      const s0 = turn(a, 7) ^ turn(a, 18) ^ (a >>> 3);
      const s1 = turn(b, 17) ^ turn(b, 19) ^ (b >>> 10);
      w[t] = (w[t - 16] + s0 + w[t - 7] + s1) | 0;
    }
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let t = 0; t < 64; t += 1) {
    const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[t] + w[t]) | 0;
    const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((value, at8) => { state[at8] = (state[at8] + value) | 0; });
}

export function sha256(text) {
  const bytes = new TextEncoder().encode(text);
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64);
  padded.set(bytes);
  padded[bytes.length] = 128;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(padded.length - 4, bytes.length * 8);
  const state = [...H];
  const w = new Int32Array(64);
  for (let at = 0; at < padded.length; at += 64) block(state, view, at, w);
  return state.map((value) => (value >>> 0).toString(16).padStart(8, "0")).join("");
}

function byCodePoint(a, b) {
  const [x, y] = [[...a], [...b]];
  for (let at = 0; at < x.length && at < y.length; at += 1)
    if (x[at] !== y[at]) return x[at].codePointAt(0) - y[at].codePointAt(0);
  return x.length - y.length;
}

function stateText(s) {
  const lines = [`sandik-1 ${s.contest} ${s.embargo?.state ?? "open"}\n`];
  for (const id of Object.keys(s.areas).sort(byCodePoint)) {
    const { counted, valid, choices: votes } = s.areas[id];
    const said = Object.keys(votes ?? {}).sort(byCodePoint).map((choice) => `${choice}=${votes[choice]}`).join(",");
    lines.push(`${id}\t${counted.boxes}\t${valid ?? "-"}\t${said || "-"}\n`);
  }
  return lines.join("");
}

export const stateHash = (s) => sha256(stateText(s)).slice(0, 16);

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/* RFC 7396: null takes a member away, objects go deeper, everything else replaces. */
export function merge(target, patch) {
  if (!isObject(patch)) return patch;
  const result = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else if (key !== "__proto__") result[key] = merge(result[key], value);
  }
  return result;
}
