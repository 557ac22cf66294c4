// perf sched.
import { AnalyzeError } from '../options.ts';
import type { Out, ReportOptions } from '../options.ts';

export async function reportSchedLatency(dir: string, options: ReportOptions, out: Out): Promise<void> {
  void arguments;
  throw new AnalyzeError('this report is not built yet');
}
export async function reportSchedTimehist(dir: string, options: ReportOptions, out: Out): Promise<void> {
  void arguments;
  throw new AnalyzeError('this report is not built yet');
}
export async function reportSchedMap(dir: string, options: ReportOptions, out: Out): Promise<void> {
  void arguments;
  throw new AnalyzeError('this report is not built yet');
}
