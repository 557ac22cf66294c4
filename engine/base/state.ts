// Law 4: state is data. Classes that hold guest-visible state register their fields here; the snapshot walker knows no others.
import { assert } from './assert.ts';

type Ctor = new (...args: never[]) => object;
export interface StateClass { name: string; ctor: Ctor; fields: readonly string[] }
const byCtor = new Map<unknown, StateClass>();
const byName = new Map<string, StateClass>();

/** Registers a class: its own fields, those of a registered superclass come first. Objects are restored with Object.create(prototype). */
export function stateClass<T extends object>(ctor: new (...args: never[]) => T, name: string, fields: readonly (keyof T & string)[]): void {
  const parent = byCtor.get(Object.getPrototypeOf(ctor));
  const all = [...(parent ? parent.fields : []), ...fields];
  assert(!byName.has(name) || byName.get(name)!.ctor === ctor, `state class ${name} registered twice`);
  const row: StateClass = { name, ctor: ctor as Ctor, fields: all };
  byCtor.set(ctor, row);
  byName.set(name, row);
}

export function stateClassOf(value: object): StateClass | undefined { return byCtor.get(value.constructor); }
export function stateClassNamed(name: string): StateClass | undefined { return byName.get(name); }

/** Objects that are not state but are referenced from it (Ram, Processor, Host, Trace): written by name, bound again on restore. */
const externals = new WeakMap<object, string>();
export function external(value: object, name: string): void { externals.set(value, name); }
export function externalName(value: object): string | undefined { return externals.get(value); }
