// Branded numbers: documentation that the compiler keeps apart where both sides are branded. All are plain JS numbers.

/** Guest virtual address, 0 … 2^47−1 for user space; a non-canonical or kernel address is ≥ 2^47 (precision may be lost, it always faults). */
export type Va = number & { readonly _va?: 1 };
/** Guest physical address in bytes, < RAM size ≤ 3.5 GiB. */
export type Pa = number & { readonly _pa?: 1 };
/** Page frame number: Pa / 4096. */
export type Pfn = number & { readonly _pfn?: 1 };
/** Virtual time in cycles = nanoseconds at 1 GHz; refused beyond 2^53. */
export type Cycles = number & { readonly _cycles?: 1 };
export type Pid = number & { readonly _pid?: 1 };
