// The machine's seeded generator: xoshiro128** (Blackman, Vigna) on a Uint32Array(4), so that its state is plain data (law 4).

/** Fills the state from a seed below 2^53 by SplitMix32; never all zero. */
export function seedRandom(state: Uint32Array, seed: number): void {
  let a = seed >>> 0;
  let b = Math.imul(Math.floor(seed / 4294967296), 0x27d4eb2f);
  for (let i = 0; i < 4; i++) {
    a = (a + 0x9e3779b9 + b) >>> 0;
    b = 0;
    let z = a;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    state[i] = z ^ (z >>> 16);
  }
  if ((state[0]! | state[1]! | state[2]! | state[3]!) === 0) state[0] = 1;
}

const rotl = (x: number, k: number): number => (x << k) | (x >>> (32 - k));

/** The next 32 bits, unsigned. */
export function nextU32(s: Uint32Array): number {
  const result = Math.imul(rotl(Math.imul(s[1]!, 5), 7), 9) >>> 0;
  const t = s[1]! << 9;
  s[2]! ^= s[0]!;
  s[3]! ^= s[1]!;
  s[1]! ^= s[2]!;
  s[0]! ^= s[3]!;
  s[2]! ^= t;
  s[3] = rotl(s[3]!, 11);
  return result;
}

/** Uniform in [0, n), n ≤ 2^32; unbiased by rejection. */
export function nextBelow(s: Uint32Array, n: number): number {
  const limit = 4294967296 - (4294967296 % n);
  for (;;) {
    const x = nextU32(s);
    if (x < limit) return x % n;
  }
}

/** Random bytes (getrandom, AT_RANDOM, /dev/urandom). */
export function randomBytes(s: Uint32Array, into: Uint8Array, offset = 0, length = into.length - offset): void {
  for (let i = 0; i < length; i += 4) {
    const x = nextU32(s);
    for (let j = 0; j < 4 && i + j < length; j++) into[offset + i + j] = x >>> (8 * j);
  }
}
