// Folded stacks.
import { AnalyzeError } from '../options.ts';
import type { Filters, Out } from '../options.ts';

export async function exportFolded(dir: string, options: Filters & { kind?: 'cpu' | 'offcpu' }, out: Out): Promise<void> {
  void arguments;
  throw new AnalyzeError('this report is not built yet');
}
