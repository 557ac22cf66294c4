// ktrace info. describeRecording gives the --json object.
import { AnalyzeError } from '../options.ts';
import type { Out, ReportOptions } from '../options.ts';

export async function describeRecording(dir: string): Promise<Record<string, unknown>> {
  void arguments;
  throw new AnalyzeError('this report is not built yet');
}
export async function reportInfo(dir: string, options: { json?: boolean }, out: Out): Promise<void> {
  void arguments;
  throw new AnalyzeError('this report is not built yet');
}
