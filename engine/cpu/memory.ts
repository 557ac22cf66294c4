// The machine's one WebAssembly.Memory: made here alone, with the limits under which modules import it.
import { RAM_BASE } from './layout.ts';

/** As modules import it: any guest RAM fits. */
export const MEMORY_LIMITS = { initial: RAM_BASE / 65536, maximum: 65536, shared: true } as const;

/**
 * A memory of zeros that holds the engine and `ramBytes` of guest RAM. Shared, though with no other thread: V8 counts any other memory as part of its heap,
 * and answers a gigabyte with a full garbage collection.
 */
export function createMemory(ramBytes: number): WebAssembly.Memory {
  const pages = Math.ceil((RAM_BASE + ramBytes) / 65536);
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: MEMORY_LIMITS.shared });
}
