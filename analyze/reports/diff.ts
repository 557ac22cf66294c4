// ktrace diff.
import { AnalyzeError } from '../options.ts';
import type { Out, ReportOptions } from '../options.ts';

export async function diffRecordings(a: string, b: string, options: ReportOptions & { context?: number }, out: Out): Promise<'same' | 'different'> {
  void arguments;
  throw new AnalyzeError('this report is not built yet');
}
