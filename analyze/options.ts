// The options that all reports share, and the strace report's own. The command line fills them; no parsing here.

export type Format = 'text' | 'csv' | 'json';
/** Where a report writes: called with whole chunks; the caller handles EPIPE. */
export type Out = (text: string) => void;

export interface Filters {
  pid?: number; tid?: number; comm?: string; cpu?: number;
  /** Virtual nanoseconds. */
  from?: number; to?: number;
}
export interface ReportOptions extends Filters { format?: Format }

/** strace's letters, as given: all optional. */
export interface StraceOptions extends ReportOptions {
  f?: boolean; T?: boolean;
  /** Number of t: -t, -tt, -ttt. */
  t?: 0 | 1 | 2 | 3;
  r?: boolean; y?: boolean; yy?: boolean; Y?: boolean; k?: boolean; n?: boolean; i?: boolean;
  s?: number; v?: boolean;
  /** Number of x: -x, -xx. */
  x?: 0 | 1 | 2;
  /** -e expressions in order: `trace=openat,%file`, `status=failed`, `signal=SIGINT`, or without `=` a trace list. */
  e?: string[];
  P?: string[];
  z?: boolean; Z?: boolean; c?: boolean; C?: boolean; w?: boolean; S?: string;
  /** -f on standard error: `[pid N]` while there are several tasks, `Process N attached` when one comes. */
  live?: boolean;
  /** -ff: where the lines of a task go, by its number. */
  outFor?: (tid: number) => Out;
  /** Number of q: 1 no `attached` lines, 2 no `exited` lines. */
  q?: number;
  /** Output column of the equals sign (-a), 40. */
  a?: number;
}

/** A user's error: one line, exit status 2. The message says what is wrong and what to do. */
export class AnalyzeError extends Error { readonly userFacing = true; }
