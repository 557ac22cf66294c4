// What the command line calls: one plain async function a report. `dir` is a recording directory; all throw AnalyzeError on bad input.
export { AnalyzeError } from './options.ts';
export type { Filters, Format, Out, ReportOptions, StraceOptions } from './options.ts';
export { reportStrace } from './reports/strace.ts';
export { reportSummary } from './reports/summary.ts';
export { reportSchedLatency, reportSchedMap, reportSchedTimehist } from './reports/sched.ts';
export { reportVmstat } from './reports/vmstat.ts';
export { reportFlame } from './reports/flame.ts';
export { reportFaults } from './reports/faults.ts';
export { reportSignals } from './reports/signals.ts';
export { reportIrq } from './reports/irq.ts';
export { reportIo } from './reports/io.ts';
export { runSql } from './reports/sql.ts';
export { diffRecordings } from './reports/diff.ts';
export { exportFolded } from './export/folded.ts';
export { exportSpeedscope } from './export/speedscope.ts';
export { exportParquet } from './export/parquet.ts';
