// faults
import { AnalyzeError } from '../options.ts';
import type { Out, ReportOptions } from '../options.ts';

export async function reportFaults(dir: string, options: ReportOptions, out: Out): Promise<void> {
  void arguments;
  throw new AnalyzeError('this report is not built yet');
}
