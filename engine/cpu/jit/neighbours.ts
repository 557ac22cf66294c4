// Which regions are worth being one: those between which control often goes, by samples of the ways from region to region.

/** After so many ways one is sampled; after each so many samples the groups are looked at; and how many ways a group has to have seen for each of its blocks. */
export interface Joining { every: number; samples: number; ways: number }
/** To make a block part of a larger region costs what some thousand ways cost that this saves, if V8 optimizes it beside the run. */
export const JOINING: Joining = { every: 4096, samples: 512, ways: 4096 };
/** Where nobody can tell when it has, and the larger region is slower until then. */
export const JOINING_BLIND: Joining = { ...JOINING, ways: 32768 };
/** With code of earlier runs: what is made is kept as well. */
export const JOINING_AGAIN: Joining = { ...JOINING, ways: 2048 };
/** A way counts from this part of all samples on. */
const LEAST = 1 / 512;

/** How many ways were seen from one to the other or back, and how far the root of `to` lies behind that of `from`. */
interface Way<R> { from: R; to: R; seen: number; distance: number }

export class Neighbours<R> {
  private readonly ways = new Map<R, Map<R, Way<R>>>();
  private readonly roots = new Map<R, number>();
  /** Where the way led that was reported last, if the next one is too. */
  private at: R | undefined = undefined;
  private samples = 0;
  private enough: number;

  constructor(readonly joining: Joining) { this.enough = joining.samples; }

  /** A way was reported that leads into the region (undefined: into none that can be joined), whose root is at the address now. A sample are two that follow each other: the second begins where the first led.
   *  @returns after how many ways one is to be reported again. */
  report(region: R | undefined, root: number): number {
    const from = this.at;
    this.at = undefined;
    if (region === undefined) return this.joining.every;
    this.roots.set(region, root);
    if (from !== undefined) {
      this.note(from, region);
      return this.joining.every;
    }
    this.at = region;
    return 1;
  }
  private note(from: R, to: R): void {
    this.samples++;
    if (from === to) return;
    const known = this.ways.get(from)?.get(to) ?? this.ways.get(to)?.get(from);
    if (known !== undefined) {
      known.seen++;
      known.distance = this.root(known.to) - this.root(known.from);
      return;
    }
    const way = { from, to, seen: 1, distance: this.root(to) - this.root(from) }, behind = this.ways.get(from);
    if (behind === undefined) this.ways.set(from, new Map([[to, way]])); else behind.set(to, way);
  }
  /** Where the region's root was when control last went there. */
  root(region: R): number { return this.roots.get(region)!; }
  /** It is time to look at the groups. */
  get due(): boolean { return this.samples >= this.enough; }
  clear(): void {
    this.ways.clear();
    this.roots.clear();
    this.at = undefined;
    this.samples = 0;
    this.enough = this.joining.samples;
  }
  /** The region is gone. */
  forget(region: R): void {
    this.roots.delete(region);
    this.ways.delete(region);
    for (const behind of this.ways.values()) behind.delete(region);
    if (this.at === region) this.at = undefined;
  }
  /**
   * Groups of regions that have paid for being joined, grown along the ways that were seen most, as far as `fits` allows.
   * @param blocks of a region. @returns by group its members, each with its root's distance from that of the first.
   */
  groups(fits: (members: readonly R[]) => boolean, blocks: (region: R) => number): ReadonlyMap<R, number>[] {
    this.enough = this.samples + this.joining.samples;
    const { every, ways } = this.joining, least = Math.max(this.samples * LEAST, 1), of = new Map<R, Map<R, number>>();
    const all = [...this.ways.values()].flatMap((behind) => [...behind.values()]).filter(({ seen }) => seen >= least).sort((a, b) => b.seen - a.seen);
    for (const { from, to, distance } of all) {
      const a = of.get(from) ?? new Map([[from, 0]]), b = of.get(to) ?? new Map([[to, 0]]);
      if (a === b || !fits([...a.keys(), ...b.keys()])) continue;
      const shift = a.get(from)! + distance - b.get(to)!;
      of.set(from, a);
      for (const [region, at] of b) { a.set(region, at + shift); of.set(region, a); }
    }
    return [...new Set(of.values())].filter((group) => {
      let seen = 0, size = 0;
      for (const region of group.keys()) {
        size += blocks(region);
        for (const way of this.ways.get(region)?.values() ?? []) if (group.has(way.to)) seen += way.seen;
      }
      return seen * every >= ways * size;
    });
  }
}
