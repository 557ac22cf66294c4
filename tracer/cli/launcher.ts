// Starts the command from its bundle, with what V8 compiled of it in an earlier run: a short recording is otherwise a third parsing and compiling.
// A CommonJS script, as Node's loader of ES modules costs a fifth of Node's own start.
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';
import { keepBeside } from '../cache-file.ts';
import './preload.ts';
import './v8-flags.ts';

/** Hash of the bundle: V8 itself would only compare its length. */
declare const KTRACE_BUNDLE: string;

const bundle = `${__dirname}/ktrace-${KTRACE_BUNDLE}.cjs`, cache = `${__dirname}/ktrace-${KTRACE_BUNDLE}-${process.version}-${process.arch}.cache`;

// Slow paths of loads and stores are hinted as unlikely: with the hints V8 keeps registers over them. Later versions read hints without a flag.
// A function of JavaScript is optimized by V8 11 after twice as much work as by default: until then that compiler costs more than it saves. By default
// python3's start, gcc -c and ls take as long by the clock and 10 to 20 % more CPU time, of the compiler's thread; with four times the work ls takes 7 %
// longer and a program of 16,000 page faults 30 % (8 % with twice). Later versions: not measured.
// Generated code does not look for the stack's end in each loop and function: 5 to 8 % of the time of a hot loop. Its functions call helpers to a
// depth that is fixed, and go from one to the next by tail calls, so a guest's recursion takes nothing of the host's stack; JavaScript, between any two
// stays in generated code, still looks. Stays end at the CPU's deadline, so V8's interrupts wait no longer than a turn of the scheduler.
// Set before the script is made: V8 takes compiled code only with the flags that it was made with.
const v8 = Number(process.versions.v8.split('.')[0]);
setFlagsFromString('--no-wasm-stack-checks');
if (v8 <= 13) {
  setFlagsFromString('--experimental-wasm-branch-hinting');
  setFlagsFromString(v8 <= 11 ? '--interrupt-budget=270336' : '--invocation-count-for-turbofan=10000'); // each knows only its own
}

function compiled(): Buffer | undefined {
  try { return readFileSync(cache); } catch { return undefined; }
}

const cachedData = compiled();
const script = new Script(readFileSync(bundle, 'latin1'), { filename: bundle, ...cachedData && { cachedData } });
// Keeps what V8 has compiled. Rejected: made by a V8 with other flags. A run with flags of its own does not replace it.
if (cachedData === undefined || (script.cachedDataRejected && process.execArgv.length === 0)) process.once('exit', () => { if (process.argv[2] === 'record') keepBeside(cache, () => script.createCachedData()); });
(script.runInThisContext() as (require: NodeJS.Require, dir: string) => void)(require, __dirname);
