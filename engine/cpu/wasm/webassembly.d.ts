// The part of the WebAssembly JavaScript interface that the engine uses: TypeScript declares it only together with the DOM.
declare namespace WebAssembly {
  type ExportValue = Function | Memory | Table | Global;
  type Imports = Record<string, Record<string, unknown>>;
  class Module { constructor(bytes: Uint8Array | ArrayBuffer); }
  class Instance { constructor(module: Module, imports?: Imports); readonly exports: Record<string, ExportValue>; }
  class Memory { constructor(descriptor: { initial: number; maximum?: number; shared?: boolean }); readonly buffer: ArrayBuffer; grow(delta: number): number; }
  class Table { constructor(descriptor: { element: 'anyfunc'; initial: number; maximum?: number }); readonly length: number; get(index: number): Function | null; set(index: number, value: Function | null): void; grow(delta: number): number; }
  class Global { constructor(descriptor: { value: 'i32' | 'i64' | 'f32' | 'f64'; mutable?: boolean }, value?: unknown); value: unknown; }
  class RuntimeError extends Error {}
  class CompileError extends Error {}
  function validate(bytes: Uint8Array | ArrayBuffer): boolean;
}
