// Value/name tables of the ABI: how they are typed and looked up. No behaviour of any call.

/** Pairs of value and C name. Flag sets are printed in this order; for plain values the first match names it. */
export type Names = readonly (readonly [number, string])[];

const maps = new WeakMap<Names, Map<number, string>>();
/** The C name of a plain value, or undefined. */
export function nameOf(table: Names, value: number): string | undefined {
  let map = maps.get(table);
  if (!map) {
    map = new Map();
    for (const [v, n] of table) if (!map.has(v)) map.set(v, n);
    maps.set(table, map);
  }
  return map.get(value);
}
