// What a run cost the host, as `ktrace info` and --engine-stats say it: collected at the end of a run, written as lines. Never part of a digest.
import type { Machine } from '../engine/boot/machine.ts';

/** The host's clock for the engine's meter, milliseconds. */
export const METER = { now: (): number => performance.now() };

/** @param hostMs of real time that the machine ran, kernel and event tables included. */
export function engineStats(m: Machine, hostMs: number): Record<string, number> {
  const { instructions, dtlbMiss, itlbMiss, tlbFlush } = m.counters();
  return { hostMs: Math.round(hostMs), instructions: instructions!, dtlbMiss: dtlbMiss!, itlbMiss: itlbMiss!, tlbFlush: tlbFlush!, ...m.processor.stats() };
}

const count = (n: number): string => n.toLocaleString('en');
const percent = (part: number, whole: number, digits = 1): string => (whole > 0 ? `${(100 * part / whole).toFixed(digits)} %` : '–');
const seconds = (ms: number): string => `${(ms / 1000).toFixed(3)} s`;
/** Side exits shown one by one. */
const CAUSES = 12;

/** Label and text of each line. What was only counted with --engine-stats is left out where it was not. */
export function engineLines(s: Record<string, number>): [string, string][] {
  const n = (name: string): number => s[name] ?? 0, insns = n('instructions');
  const lines: [string, string][] = [
    ['speed', `${(insns / Math.max(1, n('hostMs')) / 1000).toFixed(1)} MIPS: ${count(insns)} instructions in ${seconds(n('hostMs'))} of real time`],
    ['blocks', `${count(n('blocksDecoded'))} decoded, ${count(n('blockFlushes'))} flushes of all`],
    ['regions', `${count(n('regions'))} compiled, ${count(n('takenRegions'))} of earlier runs, ${count(n('joinedRegions'))} joined from others, ${count(n('liveRegions'))} live, ${count(n('droppedRegions'))} dropped, ${count(n('rejectedRegions'))} refused`],
    ['modules', `${count(n('regionModules'))} of regions (${count(n('compiledBytes'))} bytes), ${count(n('handlerModules'))} of handlers`],
    ['TLB misses', `${count(n('dtlbMiss'))} data, ${count(n('itlbMiss'))} instruction, ${count(n('tlbFlush'))} flushes`],
  ];
  if (s['runMs'] === undefined) return lines;
  const compiled = n('regionInsns'), regions = n('regionExits') + n('sideExits'), translation = n('decodeMs') + n('compileMs');
  lines.push(
    ['user code', `${seconds(n('runMs'))} in ${count(n('runs'))} runs: ${(insns / Math.max(0.001, n('runMs')) / 1000).toFixed(1)} MIPS, translation included`],
    ['translation', `${seconds(translation)}, ${percent(translation, n('runMs'))} of that: decoding ${seconds(n('decodeMs'))}, compiling ${seconds(n('compileMs'))}`],
    ['tiers', `${percent(compiled, insns)} of instructions in regions, ${percent(insns - compiled, insns)} in the interpreter`],
    ['regions left', `${count(regions)} times, every ${(compiled / Math.max(1, regions)).toFixed(1)} instructions; interpreter ${count(n('interpretedBlocks'))} blocks`],
    ['dispatcher', `${count(n('dispatches'))} times; code cache hits ${percent(n('dispatches') - n('blockLookups'), n('dispatches'), 3)}, to another page ${percent(n('pageChanges'), n('dispatches') + n('returns'))}`],
    ['calls', `${count(n('waits'))} for whose return a region waited; ${percent(n('returns'), n('waits'))} returned to it`],
    ['indirect', `${count(n('searches'))} jumps, calls and returns for which a region looked among its entries; ${percent(n('found'), n('searches'))} stayed`],
    ['TLB hits', `${percent(n('tlbTests') - n('dtlbMiss'), n('tlbTests'), 3)} of ${count(n('tlbTests'))} comparisons for data accesses; ${percent(n('pageChanges') - n('itlbMiss'), n('pageChanges'), 3)} of ${count(n('pageChanges'))} page changes`],
    ['side exits', `${count(n('sideExits'))}: ${percent(n('sideExits'), regions)} of the ends of regions`],
  );
  const causes = Object.entries(s).filter(([name]) => name.startsWith('side exit, '));
  for (const [name, times] of causes.slice(0, CAUSES)) lines.push([`  ${percent(times, n('sideExits'))}`, `${count(times)} ${name.slice(11)}`]);
  return lines;
}
