// Sequences of forms that the inner loop does as one: the first one's record has a handler of its own for all of them, so the way from one to the next is saved.
// Chosen by
// what they save in the starts of python3, gcc, cc1, perl and bash: of ten steps from record to record three.
import { FUSION } from '../layout.ts';
import type { Module } from '../wasm/builder.ts';
import { HOT_FORMS } from './common-forms.ts';

/** Forms with the same code: a record holds immediates and displacements of jumps at full width. */
export const sameCode = (key: string): string => key.replace(/ j[14] /, ' j ').replace(/ i[1248] /, ' i ');

/** By sameCode of their forms. All but the last form of each go on with the next record, and a sequence without its last form is a sequence or a single form. */
export const FUSED: readonly (readonly string[])[] = `
pop r8 z64 a0 + pop r8 z64 a0
push r8 z64 a0 + push r8 z64 a0
test r8 r8 z64 a0 + jcc j z64 a0 cc4
push r8 z64 a0 + mov r8 r8 z64 a0
mov r8 m8 z64 a1 + mov r8 m8 z64 a1
mov r8 r8 z64 a0 + mov r8 r8 z64 a0
pop r8 z64 a0 + pop r8 z64 a0 + ret z64 a0
test r8 r8 z64 a0 + jcc j z64 a0 cc5
test r4 r4 z32 a0 + jcc j z64 a0 cc4
cmp r4 i z32 a0 + jcc j z64 a0 cc4
test r4 r4 z32 a0 + jcc j z64 a0 cc5
cmp r8 r8 z64 a0 + jcc j z64 a0 cc5
mov r4 r4 z32 a0 + mov r4 r4 z32 a0
cmp r8 r8 z64 a0 + jcc j z64 a0 cc4
mov r8 m8 z64 a1 + mov m8 r8 z64 a1
push r8 z64 a0 + push r8 z64 a0 + mov r8 r8 z64 a0
mov m8 r8 z64 a1 + mov r8 m8 z64 a1
cmp r4 i z32 a0 + jcc j z64 a0 cc5
mov r8 r8 z64 a0 + call j z64 a0
cmp r1 i z8 a0 + jcc j z64 a0 cc4
test r1 r1 z8 a0 + jcc j z64 a0 cc4
mov r8 m8 z64 a1 + mov r8 r8 z64 a0
shl r8 i z64 a0 + shl r8 i z64 a0
cmp r8 i z64 a0 + jcc j z64 a0 cc7
cmp r2 i z16 a0 + jcc j z64 a0 cc4
test m1 i z8 a1 + jcc j z64 a0 cc4
cmp r8 i z64 a0 + jcc j z64 a0 cc4
push r8 z64 a0 + mov r4 r4 z32 a0
test m1 i z8 a1 + jcc j z64 a0 cc5
mov r8 m8 z64 a1 + add r8 i z64 a0
cmp r8 i z64 a0 + jcc j z64 a0 cc5
mov m8 r8 z64 a1 + mov m8 r8 z64 a1
cmp r8 r8 z64 a0 + jcc j z64 a0 cc2
test r1 i z8 a0 + jcc j z64 a0 cc4
push r8 z64 a0 + sub r8 i z64 a0
mov r8 r8 z64 a0 + shl r8 i z64 a0
cmp r4 i z32 a0 + jcc j z64 a0 cc7
pop r8 z64 a0 + ret z64 a0
add r8 i z64 a0 + mov r8 r8 z64 a0
cmp r8 i z64 a0 + jcc j z64 a0 cc6
cmp r4 i z32 a0 + jcc j z64 a0 cc15
cmp m8 i z64 a1 + jcc j z64 a0 cc5
cmp r4 r4 z32 a0 + jcc j z64 a0 cc4
mov r8 m8 z64 a1 + lea r8 m8 z64 a1
push r8 z64 a0 + mov r8 r8 z64 a0 + sub r8 i z64 a0
mov r8 m8 z64 a1 + mov r4 m4 z32 a1
test r1 r1 z8 a0 + jcc j z64 a0 cc5
not r8 z64 a0 + and r8 m8 z64 a2
sub r8 r8 z64 a0 + lea r8 m8 z64 a2
cmp m1 i z8 a1 + jcc j z64 a0 cc5
cmp r8 r8 z64 a0 + jcc j z64 a0 cc3
mov r8 r8 z64 a0 + shl r8 i z64 a0 + sub r8 r8 z64 a0
cmp m8 i z64 a1 + jcc j z64 a0 cc4
test r1 i z8 a0 + jcc j z64 a0 cc5
cmp m1 i z8 a1 + jcc j z64 a0 cc4
mov r8 m8 z64 a1 + lea r8 m8 z64 a2
mov r8 r8 z64 a0 + shl r8 i z64 a0 + sub r8 r8 z64 a0 + lea r8 m8 z64 a2
mov r8 r8 z64 a0 + mov m8 r8 z64 a1
mov r4 r4 z32 a0 + and r4 i z32 a0
cmp r1 i z8 a0 + jcc j z64 a0 cc5
mov r8 r8 z64 a0 + mov r8 r8 z64 a0 + call j z64 a0
movzx r4 r1 z32 a0 + ret z64 a0
pxor x16 x16 z32 a0 + pxor x16 x16 z32 a0
mov r4 m4 z32 a1 + mov r4 m4 z32 a1
test r4 r4 z32 a0 + jcc j z64 a0 cc14
test r8 r8 z64 a0 + jcc j z64 a0 cc8
cmp r2 i z16 a0 + jcc j z64 a0 cc7
movzx r4 m1 z32 a1 + mov r8 r8 z64 a0
push r8 z64 a0 + push r8 z64 a0 + sub r8 i z64 a0
cmp r2 i z16 a0 + jcc j z64 a0 cc5
mov r8 m8 z64 a1 + movsxd r8 r4 z64 a0
cmp r4 i z32 a0 + jcc j z64 a0 cc6
movaps m16 x16 z32 a1 + movaps m16 x16 z32 a1
add r8 i z64 a0 + add r8 i z64 a0
mov r4 r4 z32 a0 + call j z64 a0
shl r8 i z64 a0 + mov r8 m8 z64 a2
mov r8 r8 z64 a0 + call_e m8 z64 a1
cmp r1 i z8 a0 + jcc j z64 a0 cc6
cmp r4 r4 z32 a0 + jcc j z64 a0 cc5
mov m8 r8 z64 a1 + xor r4 r4 z32 a0
add r8 r8 z64 a0 + movzx r4 m1 z32 a2
mov r8 m8 z64 a1 + and r4 i z32 a0
mov r8 m8 z64 a2 + mov m8 r8 z64 a1
mov r4 r4 z32 a0 + mov r8 r8 z64 a0
cmp m8 r8 z64 a1 + jcc j z64 a0 cc4
mov r4 r4 z32 a0 + shr r4 i z32 a0
test r4 i z32 a0 + jcc j z64 a0 cc4
lea r8 m8 z64 a2 + lea r8 m8 z64 a2
mov r8 m8 z64 a2 + and r8 m8 z64 a2
cmp r1 i z8 a0 + jcc j z64 a0 cc7
mov r4 m4 z32 a1 + mov r8 m8 z64 a1
movzx r4 m1 z32 a1 + add r8 i z64 a0
push r8 z64 a0 + push r8 z64 a0 + mov r8 r8 z64 a0 + sub r8 i z64 a0
movsxd r8 m4 z64 a1 + add r8 i z64 a0
mov r8 r8 z64 a0 + jmp j z64 a0
and r4 i z32 a0 + jcc j z64 a0 cc5
or r8 r8 z64 a0 + setcc r1 z8 a0 cc4
cmp r4 r4 z32 a0 + jcc j z64 a0 cc12
cmp r4 i z32 a0 + jcc j z64 a0 cc3
not r8 z64 a0 + and r8 m8 z64 a2 + or r8 r8 z64 a0
shl r8 i z64 a0 + mov r8 m8 z64 a2 + shl r8 i z64 a0
not r8 z64 a0 + and r8 m8 z64 a2 + mov r8 m8 z64 a2
not r8 z64 a0 + and r8 m8 z64 a2 + or r8 r8 z64 a0 + setcc r1 z8 a0 cc4
lea r8 m8 z64 a1 + mov m8 r8 z64 a1
mov r8 m8 z64 a1 + mov r4 r4 z32 a0
movzx r4 m1 z32 a1 + lea r8 m8 z64 a1
xor r4 r4 z32 a0 + xor r4 r4 z32 a0
mov m8 r8 z64 a1 + jmp j z64 a0
sub r8 m8 z64 a2 + jcc j z64 a0 cc5
and r8 r8 z64 a0 + or r8 r8 z64 a0
cmp r4 r4 z32 a0 + jcc j z64 a0 cc2
and r8 r8 z64 a0 + and r8 r8 z64 a0
movups m16 x16 z32 a1 + movups m16 x16 z32 a1
mov r8 m8 z64 a2 + mov m8 r8 z64 a1 + xor r4 r4 z32 a0
cmp r8 i z64 a0 + jcc j z64 a0 cc2
cmp r4 i z32 a0 + setcc r1 z8 a0 cc4
add r8 i z64 a0 + ret z64 a0
mov r8 m8 z64 a1 + movzx r4 m1 z32 a1
test r8 r8 z64 a0 + jcc j z64 a0 cc14
mov r8 m8 z64 a1 + mov r8 m8 z64 a1 + mov r8 m8 z64 a1
mov r8 r8 z64 a0 + lea r8 m8 z64 a1
test r4 r4 z32 a0 + jcc j z64 a0 cc8
xor r4 r4 z32 a0 + ret z64 a0
cmp r4 r4 z32 a0 + jcc j z64 a0 cc3
mov r8 m8 z64 a1 + mov r8 m8 z64 a2
mov r8 r8 z64 a0 + mov r8 m8 z64 a1
cmp r8 m8 z64 a1 + jcc j z64 a0 cc4
rol r8 i z64 a0 + xor r8 r8 z64 a0
`.trim().split('\n').map((line) => line.split(' + '));

/** One row a sequence, then one a hot form, then an empty one; one column a hot form. */
export const NONE = FUSED.length + HOT_FORMS.length;
export const ROW_BITS = 8;

/** By row (what stands before, as one) and column (the form behind it): the number of the sequence that they are together, from 1; 0 if none is. */
export function fusionTable(m: Module): void {
  const rows = new Map<string, number[]>(FUSED.map((forms, i) => [forms.join(' + '), [i]])), columns = new Map<string, number[]>();
  HOT_FORMS.forEach((key, i) => {
    for (const [map, n] of [[rows, FUSED.length + i], [columns, i]] as const) {
      const known = map.get(sameCode(key));
      if (known === undefined) map.set(sameCode(key), [n]); else known.push(n);
    }
  });
  FUSED.forEach((forms, i) => {
    for (const row of rows.get(forms.slice(0, -1).join(' + '))!) for (const column of columns.get(forms[forms.length - 1]!)!) m.data(FUSION + (row << ROW_BITS) + column, Uint8Array.of(i + 1));
  });
}
