// Functions of several modules become one module, with what V8 made of them.
import { describe, expect, it } from 'vitest';
import './cli/v8-flags.ts';
import { I32, Module } from '../engine/cpu/wasm/builder.ts';
import { compileWhole, fromMachineCode, isOptimized, knowsNatives, machineCode } from './machine-code.ts';
import { putTogether, takeApart } from './region-modules.ts';
import type { Piece } from './region-modules.ts';

/** Each region returns times(twice(its argument)) + its constant, or 1 if the argument is 0. @param most a constant of the function that all share */
function regions(constants: readonly number[], most = 2): Uint8Array<ArrayBuffer> {
  const m = new Module(), times = m.importFuncOnce('h', 'times', [I32], [I32]), twice = m.func([I32], [I32]);
  twice.get(0).i32Const(most).i32Mul();
  constants.forEach((constant, i) => {
    const f = m.func([I32], [I32], String(i));
    f.get(0).i32Eqz().hint(false).ifThen().i32Const(1).return().end();
    f.get(0).call(twice).call(times).i32Const(constant).i32Add();
  });
  return new Uint8Array(m.finish());
}
const functionsOf = (module: WebAssembly.Module): ((n: number) => number)[] => Object.values(new WebAssembly.Instance(module, { h: { times: (n: number) => n * 100 } }).exports) as ((n: number) => number)[];
const whole = (bytes: Uint8Array<ArrayBuffer>): ReturnType<typeof takeApart> => { const module = compileWhole(bytes); functionsOf(module); return takeApart(bytes, machineCode(module)); };

describe.skipIf(!knowsNatives)('modules of regions (the natives of this V8 are not known: nothing is kept)', () => {
  it('become one, with machine code and without', () => {
    const a = whole(regions([1, 2])), b = whole(regions([3])), c = takeApart(regions([4]), null);
    expect([b.kin.name, c.kin.name]).toEqual([a.kin.name, a.kin.name]);
    const pieces: Piece[] = [c.regions.get('0')!, b.regions.get('0')!, { ...a.regions.get('1')!, body: Buffer.alloc(0) }, a.regions.get('0')!], { bytes, machine } = putTogether(a.kin, pieces), module = fromMachineCode(machine!, bytes)!, functions = functionsOf(module);
    expect(functions.map((f) => isOptimized(f))).toEqual([false, true, true, true]);
    expect(functions.map((f) => [f(5), f(0)])).toEqual([[1004, 1], [1003, 1], [1002, 1], [1001, 1]]);
    const again = takeApart(bytes, machineCode(module));
    expect(again.kin.name).toBe(a.kin.name);
    expect([...again.regions.values()].map(({ machine: code }) => code?.length)).toEqual(pieces.map(({ machine: code }) => code?.length));
  });
  it('of which none is optimized become one of WebAssembly alone', () => {
    const { kin, regions: list } = takeApart(regions([1, 2]), null), { bytes, machine } = putTogether(kin, [list.get('1')!, list.get('0')!]);
    expect(machine).toBeNull();
    expect(functionsOf(new WebAssembly.Module(bytes)).map((f) => [f(5), f(0)])).toEqual([[1002, 1], [1001, 1]]);
  });
  it('of other shared functions are of another kin', () => { expect(takeApart(regions([1], 3), null).kin.name).not.toBe(takeApart(regions([1]), null).kin.name); });
  it('with machine code of another form are refused', () => {
    const bytes = regions([1, 2]), code = machineCode(compileWhole(bytes));
    for (const wrong of [code.subarray(0, -1), Buffer.concat([code, Buffer.of(0)]), Buffer.concat([code.subarray(0, 16), Buffer.of(code[16]! ^ 1), code.subarray(17)])]) expect(() => takeApart(bytes, wrong)).toThrow();
  });
});
