// Parquet: a file a table into outDir; returns the names.
import { AnalyzeError } from '../options.ts';
import type { Filters } from '../options.ts';

export async function exportParquet(dir: string, options: Filters, outDir: string): Promise<string[]> {
  void arguments;
  throw new AnalyzeError('this report is not built yet');
}
