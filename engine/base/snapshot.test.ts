// The state walker: identity, order, odd values, and what it refuses.
import { describe, expect, test } from 'vitest';
import { external, stateClass } from './state.ts';
import { restore, snapshot } from './snapshot.ts';

class Node { value: unknown = 0; next: Node | null = null; }
stateClass(Node, 'TestNode', ['value', 'next']);
class Special extends Node { extra = new Uint8Array(4); double(): number { return (this.value as number) * 2; } }
stateClass(Special, 'TestSpecial', ['extra']);
class Unknown { x = 1; }

const none = (): undefined => undefined;
const node = (value: unknown): Node => { const n = new Node(); n.value = value; return n; };
const roundTrip = <T extends object>(o: T): T => restore(snapshot(o), none) as T;

describe('snapshot', () => {
  test('primitives, the odd ones too', () => {
    const list = [0, 1, -1, -0, NaN, Infinity, -Infinity, 0.1, 2 ** 53, -(2 ** 53), 2 ** 52 + 1, 127, 128, 2 ** 31, undefined, null, true, false, '', 'text', '\u20ac\0\ud800', 12345678901234567890n];
    const back = roundTrip(list);
    expect(back.length).toBe(list.length);
    list.forEach((v, i) => expect(Object.is(back[i], v), `index ${i}`).toBe(true));
  });
  test('identity, cycles, classes and holes', () => {
    const a = node('a'), b = new Special();
    a.next = b; b.next = a; b.value = 21; b.extra[2] = 9;
    const sparse: unknown[] = []; sparse[3] = a;
    const back = roundTrip({ a, list: [b, a, b], sparse }) as { a: Node; list: Special[]; sparse: unknown[] };
    expect(back.a).toBeInstanceOf(Node);
    expect(back.list[0]).toBeInstanceOf(Special);
    expect(back.list[0]!.double()).toBe(42);
    expect(back.list[0]).toBe(back.list[2]);
    expect(back.list[1]).toBe(back.a);
    expect(back.a.next).toBe(back.list[0]);
    expect(back.list[0]!.next).toBe(back.a);
    expect([...back.list[0]!.extra]).toEqual([0, 0, 9, 0]);
    expect(back.sparse.length).toBe(4);
    expect(0 in back.sparse).toBe(false);
  });
  test('order of maps and sets, objects as keys', () => {
    const key = node(1), m = new Map<unknown, unknown>([['z', 1], [key, 'k'], [NaN, 2], ['a', key]]), s = new Set<unknown>([3, key, 1]);
    const back = roundTrip({ m, s, key });
    expect([...back.m.keys()]).toEqual(['z', back.key, NaN, 'a']);
    expect(back.m.get(back.key)).toBe('k');
    expect([...back.s]).toEqual([3, back.key, 1]);
    expect(Object.keys(roundTrip({ b: 1, a: 2 }))).toEqual(['b', 'a']);
  });
  test('typed arrays that share a buffer still do', () => {
    const bytes = new Uint8Array(70_000), words = new Uint32Array(bytes.buffer, 4096, 8), dv = new DataView(bytes.buffer, 8, 16);
    words[1] = 0xdeadbeef; bytes[69_999] = 7;
    const back = roundTrip({ words, bytes, dv });
    expect(back.bytes.buffer).toBe(back.words.buffer);
    expect(back.words[1]).toBe(0xdeadbeef);
    expect(back.bytes[69_999]).toBe(7);
    expect(back.dv.byteOffset).toBe(8);
    expect(snapshot({ bytes: new Uint8Array(1 << 20) }).length).toBeLessThan(400);
  });
  test('depth does not matter', () => {
    let head = node(0);
    for (let i = 1; i < 200_000; i++) { const n = node(i); n.next = head; head = n; }
    let count = 0;
    for (let n: Node | null = roundTrip(head); n; n = n.next) count++;
    expect(count).toBe(200_000);
  });
  test('externals by name', () => {
    const ram = { huge: () => 1 };
    external(ram, 'test-ram');
    const back = restore(snapshot({ ram, again: [ram] }), (name) => (name === 'test-ram' ? ram : undefined)) as { ram: unknown; again: unknown[] };
    expect(back.ram).toBe(ram);
    expect(back.again[0]).toBe(ram);
    expect(() => restore(snapshot({ ram }), none)).toThrow('test-ram');
  });
  test('twice the same bytes', () => {
    const make = (): object => ({ m: new Map([[1, node(2)]]), t: Float64Array.of(1, NaN) });
    expect(Buffer.from(snapshot(make())).equals(Buffer.from(snapshot(make())))).toBe(true);
    expect(Buffer.from(snapshot(roundTrip(make()))).equals(Buffer.from(snapshot(make())))).toBe(true);
  });
  test('what is not data is refused with the path to it', () => {
    const path = (o: object): string => { try { snapshot(o); } catch (e) { return (e as Error).message; } return 'accepted'; };
    expect(path({ a: [1, { f: () => 1 }] })).toContain('a function at root.a[1].f');
    expect(path({ a: new Map([['k', Promise.resolve()]]) })).toMatch(/Promise at root\.a\.k/);
    expect(path({ w: new WeakMap() })).toContain('WeakMap');
    expect(path({ u: new Unknown() })).toContain('unregistered class Unknown at root.u');
    expect(path({ s: Symbol('x') })).toContain('symbol');
    expect(path({ b: Buffer.from('x') })).toContain('Buffer');
    expect(path({ g: (function* () { yield 1; })() })).toContain('at root.g');
    const n = node(1) as Node & { added?: number };
    n.added = 1;
    expect(path({ n })).toContain('TestNode with the unregistered field added at root.n');
  });
});
