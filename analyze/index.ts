// What the command line calls: one plain async function a report. `dir` is a recording directory; all throw AnalyzeError on bad input.
// Each is loaded when it is called: a report that does not need DuckDB or charts does not wait for them.
export { AnalyzeError } from './options.ts';
export type { Filters, Format, Out, ReportOptions, StraceOptions } from './options.ts';

const lazy = <A extends unknown[], R>(load: () => Promise<(...args: A) => Promise<R>>) => async (...args: A): Promise<R> => (await load())(...args);

export const reportStrace = lazy(async () => (await import('./reports/strace.ts')).reportStrace);
/** The text while a program runs: events in, lines out. */
export const liveStrace = lazy(async () => { const { LiveStrace } = await import('./reports/strace-live.ts'); return async (...a: ConstructorParameters<typeof LiveStrace>) => new LiveStrace(...a); });
export const reportSummary = lazy(async () => (await import('./reports/summary.ts')).reportSummary);
export const reportSchedLatency = lazy(async () => (await import('./reports/sched.ts')).reportSchedLatency);
export const reportSchedMap = lazy(async () => (await import('./reports/sched.ts')).reportSchedMap);
export const reportSchedTimehist = lazy(async () => (await import('./reports/sched.ts')).reportSchedTimehist);
export const reportVmstat = lazy(async () => (await import('./reports/vmstat.ts')).reportVmstat);
export const reportFlame = lazy(async () => (await import('./reports/flame.ts')).reportFlame);
export const reportFaults = lazy(async () => (await import('./reports/faults.ts')).reportFaults);
export const reportSignals = lazy(async () => (await import('./reports/signals.ts')).reportSignals);
export const reportIrq = lazy(async () => (await import('./reports/irq.ts')).reportIrq);
export const reportIo = lazy(async () => (await import('./reports/io.ts')).reportIo);
export const reportFree = lazy(async () => (await import('./reports/free.ts')).reportFree);
export const reportHtml = lazy(async () => (await import('./reports/html.ts')).reportHtml);
export const reportIostat = lazy(async () => (await import('./reports/iostat.ts')).reportIostat);
export const reportJourney = lazy(async () => (await import('./reports/journey.ts')).reportJourney);
export const reportTop = lazy(async () => (await import('./reports/top.ts')).reportTop);
export const runSql = lazy(async () => (await import('./reports/sql.ts')).runSql);
export const diffRecordings = lazy(async () => (await import('./reports/diff.ts')).diffRecordings);
export const exportFolded = lazy(async () => (await import('./export/folded.ts')).exportFolded);
export const exportSpeedscope = lazy(async () => (await import('./export/speedscope.ts')).exportSpeedscope);
export const exportParquet = lazy(async () => (await import('./export/parquet.ts')).exportParquet);
export const exportPprof = lazy(async () => (await import('./export/pprof.ts')).exportPprof);
export const exportPerfetto = lazy(async () => (await import('./export/perfetto.ts')).exportPerfetto);
