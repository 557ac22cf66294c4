// Makes a failing case small: finds a subset of its parts that still fails and from which no single part can be left out
// (delta debugging: Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002).

/** @param fails of a subset in the items' order; must hold for all of them
 *  @param budget how often `fails` may be asked */
export function shrink<T>(items: readonly T[], fails: (kept: readonly T[]) => boolean, budget = 600): T[] {
  let kept = [...items], asked = 0;
  const ask = (list: readonly T[]): boolean => asked++ < budget && fails(list);
  if (ask([])) return [];
  for (let size = Math.max(1, kept.length >> 1); ; size = Math.max(1, size >> 1)) {
    let removed = false;
    for (let at = 0; at < kept.length;) {
      const without = [...kept.slice(0, at), ...kept.slice(at + size)];
      if (without.length < kept.length && ask(without)) { kept = without; removed = true; } else at += size;
    }
    if (size === 1 && !removed) return kept;
    if (asked >= budget) return kept;
  }
}
