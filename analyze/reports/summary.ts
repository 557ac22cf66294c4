// strace -c.
import { AnalyzeError } from '../options.ts';
import type { Out, StraceOptions } from '../options.ts';

export async function reportSummary(dir: string, options: StraceOptions, out: Out): Promise<void> {
  void arguments;
  throw new AnalyzeError('this report is not built yet');
}
