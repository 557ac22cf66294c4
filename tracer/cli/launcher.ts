// Starts the command from its bundle, with what V8 compiled of it in an earlier run: a short recording is otherwise a third parsing and compiling.
// A CommonJS script, as Node's loader of ES modules costs a fifth of Node's own start.
import { readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

/** Hash of the bundle: V8 itself would only compare its length. */
declare const KTRACE_BUNDLE: string;

const bundle = `${__dirname}/ktrace-${KTRACE_BUNDLE}.cjs`, cache = `${__dirname}/ktrace-${KTRACE_BUNDLE}-${process.version}-${process.arch}.cache`;

// Slow paths of loads and stores are hinted as unlikely: with the hints V8 keeps registers over them. Later versions read hints without a flag.
// When JavaScript is optimized is left to V8 11. With four times its patience the first thread, for which the user waits, took 7 % longer for ls, 10 % for
// the start of python3 and 30 % for a program of 16,000 page faults; what the compiler's thread saved made 6 % of their CPU time. Later versions: not measured.
// Generated code does not look for the stack's end in each loop and function: 5 to 8 % of the time of a hot loop. Its functions call helpers to a
// depth that is fixed, and go from one to the next by tail calls, so a guest's recursion takes nothing of the host's stack; JavaScript, between any two
// stays in generated code, still looks. Stays end at the CPU's deadline, so V8's interrupts wait no longer than a turn of the scheduler.
// Set before the script is made: V8 takes compiled code only with the flags that it was made with.
const v8 = Number(process.versions.v8.split('.')[0]);
setFlagsFromString('--no-wasm-stack-checks');
if (v8 <= 13) {
  setFlagsFromString('--experimental-wasm-branch-hinting');
  if (v8 > 11) setFlagsFromString('--invocation-count-for-turbofan=10000');
}

function compiled(): Buffer | undefined {
  try { return readFileSync(cache); } catch { return undefined; }
}
/** Keeps what V8 has compiled; a place that cannot be written stays without. */
function keep(script: Script): void {
  const unfinished = `${cache}.${process.pid}`;
  try {
    writeFileSync(unfinished, script.createCachedData());
    renameSync(unfinished, cache);
  } catch {
    try { unlinkSync(unfinished); } catch { /* it was not made */ }
  }
}

const cachedData = compiled();
const script = new Script(readFileSync(bundle, 'latin1'), { filename: bundle, ...cachedData && { cachedData } });
// Rejected: made by a V8 with other flags. A run with flags of its own does not replace it.
if (cachedData === undefined || (script.cachedDataRejected && process.execArgv.length === 0)) process.once('exit', () => { if (process.argv[2] === 'record') keep(script); });
(script.runInThisContext() as (require: NodeJS.Require, dir: string) => void)(require, __dirname);
