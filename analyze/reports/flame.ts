// flame graph (SVG text goes to out).
import { AnalyzeError } from '../options.ts';
import type { Out, ReportOptions } from '../options.ts';

export async function reportFlame(dir: string, options: ReportOptions & { kind?: 'cpu' | 'offcpu' }, out: Out): Promise<void> {
  void arguments;
  throw new AnalyzeError('this report is not built yet');
}
