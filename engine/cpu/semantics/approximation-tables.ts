// The tables of RCPPS and RSQRTPS: measured on AMD processors of family 25, where the results are these for every operand (the manuals only bound the error, 1.5 · 2^-12).
// The 12 leading bits of the significand index a bipartite table: result = coarse[bits 11–4] − fine[bits 11–8, 3–0].
import { APPROXIMATIONS } from '../layout.ts';
import type { Module } from '../wasm/builder.ts';

/** Of 1/x for x in [1, 2); of 1/√x for x in [1, 2) and in [2, 4): the first coarse value, then by how much each is below the one before, base 36; for each value of
 *  bits 11–8 the steps of the fine ones, which start at 0. Unit: 2^-13, above 1/2. */
const TABLES: readonly (readonly [number, string, string])[] = [
  [4094, 'wvwuvvuuuutttttussrsrrrrrqqqqqprpppopoooononnnnomnmmmmmlmlllllkmkkkkkkjkjkjjjjijijiiiiiihihihhhihghhgghgggggfgggfgfffffffefefefeefedeeedeeddeddedddcdddcdcdccdccccccccbccbcbcbbcbbbbbbbbbbababbbaabaaaabaaa9aaaa9aa9a9a9a999a99a9999989999899898989889888988888',
    '212222222122222 122122122122122 121121212121212 112112112112112 111121112111121 112111111112111 111111111111111 111110111111111 110111111011111 101111011110111 110110111011101 101101101101101 011010110110101 011010110101101 010101011010101 010101101010101'],
  [4095, 'ggfggffgffffffeffefeeeeeeeeededededddddddcddcdcdcdcccccccbccbcbdbbcbbbbbbbbbbabbabababaaabaaaaaaaaaa9aa9a9a9a99a99a99999999989989989898989889889888888888888788887887878787877877778777777777778776777767767767676767676676676676666667666666666666656666566656',
    '111111101111111 111011111110111 110111101111101 110110111011101 011011101101101 101101101011011 011010101101101 010101101010110 101010101010101 010101010101010 010101001010101 101001010101001 010010100101010 010100101001001 010010100101001 001001010010010'],
  [1696, 'bbcbabbbbabbababaabaaaaa9aaa9a9aa99a999999999999899898988988988888888888878878787878778777877777777777767776776767676766766766676666666666666656665666565665656556565565565555655555555555555556455555455545545545455454545454454544544544454445444444544444444',
    '101101101101101 011010110110110 011010101101010 011010101010101 010101010101010 100101010101001 010100101010010 010100101001010 001010010010100 010010010010010 010010010010010 100100100100010 001001000100100 001001000100100 010001000100010 010001000100010'],
];
/** In memory, three times: coarse values of two bytes, fine ones of one. */
export const COARSE_SIZE = 512, TABLE_SIZE = COARSE_SIZE + 256;
export function approximationTables(m: Module): void {
  TABLES.forEach(([first, coarse, fine], t) => {
    const bytes = new Uint8Array(TABLE_SIZE);
    let value = first;
    for (let i = 0; i < 256; i++) {
      if (i > 0) value -= parseInt(coarse[i - 1]!, 36);
      bytes[i * 2] = value & 255; bytes[i * 2 + 1] = value >> 8;
    }
    fine.split(' ').forEach((steps, row) => { for (let i = 1; i < 16; i++) bytes[COARSE_SIZE + row * 16 + i] = bytes[COARSE_SIZE + row * 16 + i - 1]! + Number(steps[i - 1]); });
    m.data(APPROXIMATIONS + t * TABLE_SIZE, bytes);
  });
}
