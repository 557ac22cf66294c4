// The 128-bit rolling hash over canonical words: four 32-bit lanes, each word mixed into one lane in turn (the round of
// xxHash32), lanes folded into each other at the end of each record. Not cryptographic: it finds differences, not forgers.

const P1 = 0x9e3779b1, P2 = 0x85ebca77, P3 = 0xc2b2ae3d, P4 = 0x27d4eb2f;

/** What mixWords does, for its twin in the processor: a word times `word` onto its lane, that rotated and times `lane`; at the end the lane before, shifted right by so many bits, onto each but the first. */
export const MIX = { word: P2, lane: P1, rotate: 13, fold: [11, 9, 5] } as const;

/** State of a digest: four lanes and the count of words as lo, hi. Plain data. */
export type DigestState = Uint32Array;
export const DIGEST_WORDS = 6;

export function newDigest(): DigestState {
  return Uint32Array.of(P1 + P2, P2, P3, P4, 0, 0);
}

/** Mixes words[from, to) as one record. */
export function digestWords(d: DigestState, words: Uint32Array, from: number, to: number): void {
  let a = d[0]! | 0, b = d[1]! | 0, c = d[2]! | 0, e = d[3]! | 0, x = 0, i = from;
  for (const end = to - 3; i < end; i += 4) {
    x = a + Math.imul(words[i]!, P2) | 0; a = Math.imul((x << 13) | (x >>> 19), P1);
    x = b + Math.imul(words[i + 1]!, P2) | 0; b = Math.imul((x << 13) | (x >>> 19), P1);
    x = c + Math.imul(words[i + 2]!, P2) | 0; c = Math.imul((x << 13) | (x >>> 19), P1);
    x = e + Math.imul(words[i + 3]!, P2) | 0; e = Math.imul((x << 13) | (x >>> 19), P1);
  }
  for (; i < to; i++) {
    x = a + Math.imul(words[i]!, P3) | 0;
    a = b; b = c; c = e;
    e = Math.imul((x << 17) | (x >>> 15), P4);
  }
  const n = to - from;
  d[0] = (a ^ (e >>> 7)) + n | 0; d[1] = b ^ (a >>> 11); d[2] = c ^ (b >>> 9); d[3] = e ^ (c >>> 5);
  const low = d[4]! + n;
  d[4] = low;
  if (low > 4294967295) d[5]!++;
}

/** A 32-bit hash of bytes, for the words of a record. */
export function hashBytes(u: Uint8Array, from = 0, to = u.length): number {
  let h = (P4 + to - from) | 0, i = from;
  for (const end = to - 3; i < end; i += 4) {
    const w = u[i]! | (u[i + 1]! << 8) | (u[i + 2]! << 16) | (u[i + 3]! << 24);
    const x = h + Math.imul(w, P3) | 0;
    h = Math.imul((x << 17) | (x >>> 15), P4);
  }
  for (; i < to; i++) {
    const x = h + Math.imul(u[i]!, P1) | 0;
    h = Math.imul((x << 11) | (x >>> 21), P2);
  }
  h = Math.imul(h ^ (h >>> 15), P2);
  h = Math.imul(h ^ (h >>> 13), P3);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A 32-bit hash of a string's characters. */
export function hashString(s: string): number {
  let h = (P4 + s.length) | 0;
  for (let i = 0; i < s.length; i++) {
    const x = h + Math.imul(s.charCodeAt(i), P3) | 0;
    h = Math.imul((x << 17) | (x >>> 15), P4);
  }
  h = Math.imul(h ^ (h >>> 15), P2);
  h = Math.imul(h ^ (h >>> 13), P3);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Mixes a long run of words (a register file, a frame of RAM) into four lanes, without the count. */
export function mixWords(d: DigestState, words: Uint32Array, from: number, to: number): void {
  let a = d[0]! | 0, b = d[1]! | 0, c = d[2]! | 0, e = d[3]! | 0, x = 0;
  for (let i = from; i < to; i += 4) {
    x = a + Math.imul(words[i]!, P2) | 0; a = Math.imul((x << 13) | (x >>> 19), P1);
    x = b + Math.imul(words[i + 1]!, P2) | 0; b = Math.imul((x << 13) | (x >>> 19), P1);
    x = c + Math.imul(words[i + 2]!, P2) | 0; c = Math.imul((x << 13) | (x >>> 19), P1);
    x = e + Math.imul(words[i + 3]!, P2) | 0; e = Math.imul((x << 13) | (x >>> 19), P1);
  }
  d[0] = a; d[1] = b ^ (a >>> 11); d[2] = c ^ (b >>> 9); d[3] = e ^ (c >>> 5);
}

/** 32 hex digits; does not disturb the state. */
export function digestHex(d: DigestState): string {
  const f = d.slice();
  const tail = Uint32Array.of(d[4]!, d[5]!, P1, P2, P3, P4, d[4]! ^ P1, d[5]! ^ P2);
  digestWords(f, tail, 0, 8);
  digestWords(f, tail, 0, 8);
  let s = '';
  for (let i = 0; i < 4; i++) s += f[i]!.toString(16).padStart(8, '0');
  return s;
}
