// vmstat.
import { AnalyzeError } from '../options.ts';
import type { Out, ReportOptions } from '../options.ts';

export async function reportVmstat(dir: string, options: ReportOptions & { intervalSeconds?: number }, out: Out): Promise<void> {
  void arguments;
  throw new AnalyzeError('this report is not built yet');
}
