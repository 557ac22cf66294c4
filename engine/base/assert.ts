// Assertions that stay on. A failed one is our own bug (house rule 9), never a guest's or a user's error.

export class KtraceBug extends Error {}

export function assert(cond: unknown, what: string): asserts cond {
  if (!cond) throw new KtraceBug(`internal error: ${what}`);
}

export function unreachable(what: string): never {
  throw new KtraceBug(`internal error: unreachable: ${what}`);
}
