// How compiled regions end: what they spent into the state, the deadline, and on to the next block; calls, for whose return the region waits as a function of
// WebAssembly waits for one that it called; and returns.
import { CTX, EXIT, RSP } from '../../machine/hardware.ts';
import { COUNT, emitCount } from '../counts.ts';
import { DROPS, S, WAYS } from '../layout.ts';
import { I32, I64 } from '../wasm/builder.ts';
import type { Func } from '../wasm/builder.ts';
import { CODE } from './context.ts';
import { emitArrival, emitFresh, emitPage } from './dispatch.ts';

const STATE = 0, TIME = 1, RIP = 2, EXPECTED = 3;

/** Regions that wait for others at most. Their frames lie on the host's stack: of regions with registers in the state some hundred bytes each. */
const MAX_WAITING = 64;

/** Notes what is left after a region: local `time` has in its low half what is left of S.limit, in its high one cycles − instructions. Regions that follow go on from there. */
export function emitLeft(f: Func, time: number): void {
  f.get(STATE).get(time).i32WrapI64().i32Store(S.left);
  f.get(STATE).get(STATE).i32Load(S.extra).get(time).i64Const(32).i64ShrU().i32WrapI64().i32Add().i32Store(S.extra);
}
/** settle(state): adds what regions have spent to `now` and the count of instructions. All but regions and the ways between them want that. */
export function emitSettle(f: Func): void {
  const spent = f.local(I64), insns = f.local(I64);
  f.get(STATE).i32Load(S.limit).get(STATE).i32Load(S.left).i32Sub().i64ExtendI32U().tee(spent).get(STATE).i64Load32U(S.extra).i64Sub().set(insns);
  if (f.module.counting) f.i32Const(0).i32Const(0).i64Load(COUNT.regionInsns).get(insns).i64Add().i64Store(COUNT.regionInsns);
  f.get(STATE).get(STATE).i64Load(S.insns).get(insns).i64Add().i64Store(S.insns);
  f.get(STATE).get(STATE).i64Load(S.now).get(spent).i64Add().i64Store(S.now);
  f.get(STATE).get(STATE).i32Load(S.left).i32Store(S.limit).get(STATE).i32Const(0).i32Store(S.extra);
}
/** What the region leaves. At the deadline, and only then, run() is left (law 3). @param way the runtime's. */
function emitEnd(f: Func, settle: Func, way: number): void {
  const left = f.local(I32);
  emitCount(f, 'regionExits');
  emitLeft(f, TIME);
  f.get(TIME).i32WrapI64().i32Const(0).i32LeS().hint(false).ifThen(); // or less than the deadline is far off
  f.get(STATE).call(settle);
  f.get(STATE).i64Load(S.now).get(STATE).i64Load(S.deadline).i64GeS().ifThen().get(STATE).get(RIP).i64Store(CTX.rip).get(STATE).i32Const(EXIT.deadline).i32Store(S.exitReason).i32Const(CODE.leave).return().end();
  emitFresh(f);
  f.end();
  f.i32Const(0).i32Const(0).i32Load(WAYS).i32Const(1).i32Sub().tee(left).i32Store(WAYS);
  f.get(left).i32Eqz().hint(false).ifThen().get(STATE).get(RIP).i32WrapI64().get(RIP).i64Const(32).i64ShrU().i32WrapI64().call(way).end();
  f.free(left);
}
/** For whoever goes on by the state's rip. */
const arrived = (f: Func): Func => f.get(STATE).get(RIP).i64Store(CTX.rip);
/** push i32: the guest has returned to where the innermost waiting region waits, or beyond. */
const returned = (f: Func): Func => f.get(STATE).i64Load(RSP * 8).get(STATE).i64Load(S.waitRsp).i64GeU();

/** exit(state, time, rip): a region is left for the block at rip. */
export function emitExit(f: Func, chain: Func, settle: Func, way: number, handlerType: number): void {
  emitEnd(f, settle, way);
  returned(f).ifThen(); arrived(f); f.i32Const(CODE.returned).return().end();
  const out = (): void => { arrived(f); f.get(STATE).call(settle); };
  emitArrival(f, RIP, () => { out(); f.get(STATE).i32Const(0).returnCall(chain); }, out);
  f.returnCallIndirect(handlerType);
}
/** return(state, time, rip): the same where it is known that the guest has returned, and time is left. */
export function emitReturn(f: Func, settle: Func, way: number): void {
  emitEnd(f, settle, way);
  arrived(f);
  f.i32Const(CODE.returned);
}
/**
 * call(state, time, rip, expected) → 0: the guest called the function at rip and is back at `expected`, the code page being that one's and the state's registers
 * the guest's; anything else: the region that called is to return this at once. It waits in a frame on the host's stack, whose processor so predicts where the guest
 * returns to. Whatever else happens is right too: every way out of run() goes through all that wait, and a return to elsewhere ends, by the stack pointer, the wait
 * of those for which nobody will come back.
 */
export function emitCall(f: Func, chain: Func, settle: Func, fetch: Func, way: number, handlerType: number): void {
  const outer = f.local(I64), drops = f.local(I32), code = f.local(I32), waiting = f.local(I32);
  const restore = (): void => { f.get(STATE).get(outer).i64Store(S.waitRsp).get(STATE).get(waiting).i32Store(S.waiting); };
  const out = (): void => { arrived(f); f.get(STATE).call(settle); };
  emitEnd(f, settle, way);
  f.get(STATE).i32Load(S.waiting).tee(waiting).i32Const(MAX_WAITING).i32GeU().hint(false).ifThen(); arrived(f); f.i32Const(CODE.again).return().end();
  emitCount(f, 'waits');
  f.get(STATE).get(waiting).i32Const(1).i32Add().i32Store(S.waiting);
  f.get(STATE).i64Load(S.waitRsp).set(outer).i32Const(0).i32Load(DROPS).set(drops);
  f.get(STATE).get(STATE).i64Load(RSP * 8).i64Const(8).i64Add().i64Store(S.waitRsp);
  const found = f.block(I32);
  emitArrival(f, RIP, () => { out(); f.get(STATE).i32Const(0).call(chain).br(found); }, out);
  f.callIndirect(handlerType).end().set(code);
  f.get(code).i32Const(CODE.returned).i32Ne().hint(false).ifThen();
  const onward = f.loop();
  f.get(code).i32Const(CODE.onward).i32Eq().ifThen().get(STATE).call(settle).get(STATE).i32Const(0).call(chain).set(code).br(onward).end();
  f.end();
  f.get(code).i32Const(CODE.returned).i32Ne().ifThen().get(code).return().end();
  f.end();
  restore();
  f.get(STATE).i64Load(CTX.rip).get(EXPECTED).i64Ne().get(drops).i32Const(0).i32Load(DROPS).i32Ne().i32Or().hint(false).ifThen();
  f.i32Const(CODE.returned).i32Const(CODE.onward); returned(f); f.select().return().end();
  emitCount(f, 'returns');
  emitPage(f, EXPECTED, (page) => {
    f.get(STATE).call(settle);
    f.get(STATE).get(page).call(fetch).i32Eqz().ifThen().i32Const(CODE.onward).return().end();
    emitFresh(f); // a miss has moved the time
  });
  f.i32Const(0);
}
/** run(state): from the state's rip until run() is to be left. */
export function emitRun(f: Func, chain: Func, settle: Func): void {
  const code = f.local(I32);
  emitFresh(f); // what was left then is no business of this run
  const again = f.loop();
  f.get(STATE).call(settle);
  emitCount(f, 'dispatches');
  f.get(STATE).i64Const(-1).i64Store(S.waitRsp).get(STATE).i32Const(0).i32Store(S.waiting);
  f.get(STATE).i32Const(0).call(chain).tee(code).i32Const(CODE.returned).i32GeU().brIf(again);
  f.end().get(code);
}
