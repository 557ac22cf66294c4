// Forms whose handlers are part of the core module from the start; others are made on demand. Collected from runs of the samples and of real programs.
import type { Form, OperandKind } from '../decode/insn.ts';

/** Done by the inner loop, the most executed first: 99 of 100 instructions that python3, gcc, git, bash and perl execute at their start, and sqlite3, xz and cc1 in short runs. */
export const HOT_FORMS: readonly string[] = `
mov r8 m8 z64 a1
mov r8 r8 z64 a0
push r8 z64 a0
pop r8 z64 a0
jcc j1 z64 a0 cc4
jcc j4 z64 a0 cc4
mov r4 r4 z32 a0
mov m8 r8 z64 a1
add r8 i1 z64 a0
jcc j1 z64 a0 cc5
test r8 r8 z64 a0
jcc j4 z64 a0 cc5
lea r8 m8 z64 a1
mov r4 m4 z32 a1
cmp r8 r8 z64 a0
test r4 r4 z32 a0
movzx r4 m1 z32 a1
ret z64 a0
xor r4 r4 z32 a0
cmp r4 i1 z32 a0
call j4 z64 a0
lea r8 m8 z64 a2
add r8 r8 z64 a0
cmp r8 i1 z64 a0
sub r8 i1 z64 a0
mov r4 i4 z32 a0
mov r8 m8 z64 a2
jmp j4 z64 a0
cmp r1 i1 z8 a0
test r1 r1 z8 a0
mov m4 r4 z32 a1
and r4 i1 z32 a0
shl r8 i1 z64 a0
sub r8 r8 z64 a0
pxor x16 x16 z32 a0
cmp m1 i1 z8 a1
jcc j1 z64 a0 cc7
cmp r4 r4 z32 a0
test m1 i1 z8 a1
test r1 i1 z8 a0
jmp_e m8 z64 a1
jcc j4 z64 a0 cc2
jcc j1 z64 a0 cc3
and r8 i1 z64 a0
cmp r8 i4 z64 a0
shr r8 i1 z64 a0
movzx r4 m1 z32 a2
add r4 i1 z32 a0
movsxd r8 r4 z64 a0
mov m1 r1 z8 a1
pcmpeqb x16 x16 z32 a0
add r4 r4 z32 a0
movzx r4 r1 z32 a0
and r4 i4 z32 a0
jcc j1 z64 a0 cc2
jmp j1 z64 a0
movzx r4 m2 z32 a1
lea r4 m4 z32 a1
mov r4 m4 z32 a2
sub r4 r4 z32 a0
jcc j4 z64 a0 cc6
pmovmskb r4 x16 z32 a0
jcc j4 z64 a0 cc7
cmp m8 i1 z64 a1
mov m8 i4 z64 a1
jcc j4 z64 a0 cc8
movzx r4 m2 z32 a2
or r8 r8 z64 a0
and r8 r8 z64 a0
sub r4 i1 z32 a0
jcc j1 z64 a0 cc6
mov m4 i4 z32 a1
jcc j4 z64 a0 cc15
movups m16 x16 z32 a1
shr r4 i1 z32 a0
cmp r8 m8 z64 a1
lea r4 m4 z32 a2
movaps m16 x16 z32 a1
cmp r4 i4 z32 a0
setcc r1 z8 a0 cc4
shl r4 i1 z32 a0
jcc j1 z64 a0 cc14
call_e m8 z64 a1
cmp m8 r8 z64 a1
movsxd r8 m4 z64 a1
jcc j4 z64 a0 cc3
test r4 i4 z32 a0
movdqu x16 m16 z32 a1
mov m1 i1 z8 a1
sub r8 m8 z64 a2
nop z32 a0
add r8 m8 z64 a1
jmp_e r8 z64 a0
shl r8 r1 z64 a0
mov m2 r2 z16 a2
cmp r2 i1 z16 a0
xor r8 r8 z64 a0
shr r4 r1 z32 a0
cmp r2 m2 z16 a1
or r4 r4 z32 a0
mov r8 i8 z64 a0
setcc r1 z8 a0 cc5
movdqa x16 m16 z32 a1
add m8 i1 z64 a1
sub r8 i4 z64 a0
mov m2 r2 z16 a1
mov m8 r8 z64 a2
movhpd x16 m8 z32 a1
movlpd x16 m8 z32 a1
test m1 i1 z8 a2
and r8 i4 z64 a0
movsxd r8 m4 z64 a2
jcc j1 z64 a0 cc12
jcc j1 z64 a0 cc15
shr r8 r1 z64 a0
add r8 i4 z64 a0
rol r8 i1 z64 a0
and r4 r4 z32 a0
bsf r4 r4 z32 a0
add m8 r8 z64 a1
test r2 r2 z16 a0
not r8 z64 a0
jcc j4 z64 a0 cc14
bsf r8 r8 z64 a0
block.end z64 a0
mov m1 r1 z8 a2
cmp m8 i4 z64 a1
psubb x16 x16 z32 a0
nop z16 a0
and r8 m8 z64 a2
add m8 i4 z64 a1
add r4 i4 z32 a0
cmp r2 i2 z16 a0
jcc j1 z64 a0 cc8
jcc j4 z64 a0 cc12
mov r8 i4 z64 a0
sub r4 i4 z32 a0
mov m4 r4 z32 a2
cmp m4 r4 z32 a1
cmp m4 i1 z32 a2
imul2 r4 r4 z32 a0
movsx r4 m1 z32 a1
sub m8 i1 z64 a1
cmp m2 i1 z16 a1
or r1 r1 z8 a0
cmp r4 m4 z32 a1
cmovcc r8 r8 z64 a0 cc2
add m4 i1 z32 a1
movzx r4 r2 z32 a0
shr r2 i1 z16 a0
and r4 m4 z32 a1
bt r8 r8 z64 a0
cmp m4 i1 z32 a1
test h1 i1 z8 a0
inc r8 z64 a0
imul3 r4 r4 i4 z32 a0
add r4 m4 z32 a1
jcc j4 z64 a0 cc9
cmovcc r4 r4 z32 a0 cc12
movd x16 r8 z64 a0
cmp m8 i1 z64 a2
xor r8 m8 z64 a2
sbb r4 r4 z32 a0
shr r1 i1 z8 a0
cmp m1 r1 z8 a2
setcc r1 z8 a0 cc3
cmovcc r4 r4 z32 a0 cc4
sar r8 i1 z64 a0
cbw z64 a0
neg r8 z64 a0
cmp m1 r1 z8 a1
or r8 i1 z64 a0
setcc r1 z8 a0 cc6
call_e r8 z64 a0
xor r4 m4 z32 a2
imul2 r8 r8 z64 a0
cmp m2 r2 z16 a1
imul3 r4 r4 i1 z32 a0
movsx r8 m1 z64 a2
jcc j1 z64 a0 cc9
xor r8 m8 z64 a1
cmovcc r8 r8 z64 a0 cc4
jcc j1 z64 a0 cc13
movd x16 r4 z32 a0
cmp r1 m1 z8 a1
shl r4 r1 z32 a0
cmovcc r4 r4 z32 a0 cc5
mov r1 m1 z8 a1
test m2 i2 z16 a1
cmovcc r8 r8 z64 a0 cc6
mov m1 i1 z8 a2
cmovcc r4 r4 z32 a0 cc6
add r8 m8 z64 a2
cmp m1 i1 z8 a2
or m4 i4 z32 a1
jmp_e m8 z64 a2
sub r4 m4 z32 a1
movsx r4 m2 z32 a2
cmovcc r8 r8 z64 a0 cc5
add m4 r4 z32 a1
div r4 z32 a0
bswap r8 z64 a0
not r4 z32 a0
xor r1 r1 z8 a0
punpcklbw x16 x16 z32 a0
or r4 i1 z32 a0
jcc j4 z64 a0 cc13
and h1 i1 z8 a0
punpcklqdq x16 x16 z32 a0
cmp r1 r1 z8 a0
and r8 m8 z64 a1
dec r4 z32 a0
bswap r4 z32 a0
mov r1 m1 z8 a2
and m4 i4 z32 a1
push i1 z64 a0
pslldq x16 i1 z32 a0
cmp m4 i4 z32 a1
cmp m2 i2 z16 a1
or r4 i4 z32 a0
or m4 i1 z32 a1
and m4 i1 z32 a1
or r8 i4 z64 a0
cmp m4 i4 z32 a2
cmp m8 i4 z64 a2
push i4 z64 a0
sub m8 i4 z64 a1
`.split('\n').filter((x) => x !== '');

/** Those with a function of their own. */
export const OTHER_FORMS: readonly string[] = `
adc m4 i1 z32 a1
adc m4 r4 z32 a1
adc r1 i1 z8 a0
adc r4 i1 z32 a0
adc r8 i1 z64 a0
adc r8 r8 z64 a0
add m1 i1 z8 a1
add m2 i1 z16 a1
add m2 i1 z16 a2
add m2 r2 z16 a2
add m4 i1 z32 a1 lock
add m4 i1 z32 a2
add m4 r4 z32 a2
add m8 i1 z64 a2
add m8 r8 z64 a1 lock
add m8 r8 z64 a2
add r1 i1 z8 a0
add r1 m1 z8 a1
add r2 i2 z16 a0
add r2 m2 z16 a1
add r2 m2 z16 a2
add r4 m4 z32 a2
addpd x16 m16 z32 a1
addpd x16 x16 z32 a0
addsd x16 m8 z32 a1
addsd x16 m8 z32 a2
addsd x16 x8 z32 a0
addss x16 x4 z32 a0
and m1 i1 z8 a1
and m1 i1 z8 a2
and m1 r1 z8 a1
and m2 i1 z16 a1
and m2 i2 z16 a1
and m4 i1 z32 a2
and m4 r4 z32 a1
and m8 i1 z64 a1
and m8 i4 z64 a1
and m8 r8 z64 a1
and m8 r8 z64 a2
and r1 i1 z8 a0
and r1 m1 z8 a1
and r1 m1 z8 a2
and r1 r1 z8 a0
and r2 i1 z16 a0
and r2 i2 z16 a0
and r4 m4 z32 a2
andnpd x16 x16 z32 a0
andpd x16 m16 z32 a1
andpd x16 x16 z32 a0
bsf r8 m8 z64 a1
bsf r8 m8 z64 a2
bsr r4 r4 z32 a0
bsr r8 m8 z64 a2
bsr r8 r8 z64 a0
bt r4 r4 z32 a0
bt_i r8 i1 z64 a0
btc_i r8 i1 z64 a0
btr r8 r8 z64 a0
btr_i r8 i1 z64 a0
bts r8 r8 z64 a0
bts_i m8 i1 z64 a1
bts_i r8 i1 z64 a0
call_e m8 z64 a2
cmovcc r4 m4 z32 a1 cc14
cmovcc r4 m4 z32 a1 cc2
cmovcc r4 m4 z32 a1 cc3
cmovcc r4 m4 z32 a1 cc4
cmovcc r4 m4 z32 a1 cc5
cmovcc r4 m4 z32 a1 cc6
cmovcc r4 r4 z32 a0 cc13
cmovcc r4 r4 z32 a0 cc14
cmovcc r4 r4 z32 a0 cc15
cmovcc r4 r4 z32 a0 cc2
cmovcc r4 r4 z32 a0 cc3
cmovcc r4 r4 z32 a0 cc7
cmovcc r4 r4 z32 a0 cc8
cmovcc r4 r4 z32 a0 cc9
cmovcc r8 m8 z64 a1 cc3
cmovcc r8 m8 z64 a1 cc4
cmovcc r8 m8 z64 a1 cc5
cmovcc r8 r8 z64 a0 cc12
cmovcc r8 r8 z64 a0 cc13
cmovcc r8 r8 z64 a0 cc14
cmovcc r8 r8 z64 a0 cc15
cmovcc r8 r8 z64 a0 cc3
cmovcc r8 r8 z64 a0 cc7
cmovcc r8 r8 z64 a0 cc8
cmovcc r8 r8 z64 a0 cc9
cmp m2 i1 z16 a2
cmp m2 i2 z16 a2
cmp m2 r2 z16 a2
cmp m4 r4 z32 a2
cmp m8 r8 z64 a2
cmp r1 m1 z8 a2
cmp r2 m2 z16 a2
cmp r2 r2 z16 a0
cmp r4 m4 z32 a2
cmp r8 m8 z64 a2
cmpxchg m4 r4 z32 a1 lock
cmpxchg m8 r8 z64 a1 lock
comisd x16 m8 z32 a1
comisd x16 x8 z32 a0
comiss x16 m4 z32 a1
comiss x16 x4 z32 a0
cpuid z32 a0
cvtdq2pd x16 x8 z32 a0
cvtsd2ss x16 x8 z32 a0
cvtsi2sd x16 m4 z32 a1
cvtsi2sd x16 m8 z64 a1
cvtsi2sd x16 r4 z32 a0
cvtsi2sd x16 r8 z64 a0
cvtsi2ss x16 r4 z32 a0
cvtsi2ss x16 r8 z64 a0
cvttsd2si r4 x8 z32 a0
cvttsd2si r8 x8 z64 a0
cvttss2si r8 x4 z64 a0
cwd z32 a0
cwd z64 a0
dec m4 z32 a1 lock
dec r8 z64 a0
div m4 z32 a1
div m8 z64 a1
div r8 z64 a0
divsd x16 m8 z32 a1
divsd x16 m8 z32 a2
divsd x16 x8 z32 a0
divss x16 m4 z32 a1
divss x16 x4 z32 a0
fldcw m2 z32 a1
fnstcw m2 z32 a1
fxrstor m512 z32 a1
fxsave m512 z32 a1
idiv r4 z32 a0
idiv r8 z64 a0
imul1 r8 z64 a0
imul2 r4 m4 z32 a1
imul2 r8 m8 z64 a1
imul2 r8 m8 z64 a2
imul3 r4 m4 i1 z32 a1
imul3 r4 m4 i4 z32 a1
imul3 r8 m8 i1 z64 a1
imul3 r8 m8 i4 z64 a1
imul3 r8 r8 i1 z64 a0
imul3 r8 r8 i4 z64 a0
inc m8 z64 a1
jcc j1 z64 a0 cc0
jcc j1 z64 a0 cc10
jcc j4 z64 a0 cc0
jcc j4 z64 a0 cc1
jcc j4 z64 a0 cc10
lea r4 m4 z32 a3
leave z64 a0
maxsd x16 m8 z32 a1
maxsd x16 x8 z32 a0
minsd x16 m8 z32 a1
minsd x16 x8 z32 a0
mov h1 i1 z8 a0
mov h1 m1 z8 a1
mov h1 r1 z8 a0
mov m1 h1 z8 a1
mov m1 h1 z8 a2
mov m2 i2 z16 a1
mov m2 i2 z16 a2
mov m4 i4 z32 a2
mov m8 i4 z64 a2
mov r1 i1 z8 a0
mov r1 r1 z8 a0
mov r2 m2 z16 a1
movapd x16 x16 z32 a0
movaps m16 x16 z32 a2
movaps x16 m16 z32 a1
movaps x16 m16 z32 a2
movaps x16 x16 z32 a0
movd m4 x16 z32 a1
movd r4 x16 z32 a0
movd r8 x16 z64 a0
movd x16 m4 z32 a1
movd x16 m4 z32 a2
movdqa m16 x16 z32 a1
movdqa x16 m16 z32 a2
movdqa x16 x16 z32 a0
movdqu m16 x16 z32 a1
movdqu m16 x16 z32 a2
movdqu x16 m16 z32 a2
movhlps x16 x16 z32 a0
movhps m8 x16 z32 a1
movhps x16 m8 z32 a1
movq m8 x16 z32 a1
movq m8 x16 z32 a2
movq x16 m8 z32 a1
movq x16 m8 z32 a2
movs z32 a2 repf3
movs z64 a2
movs z64 a2 repf3
movs z8 a2 repf3
movsd.sse m8 x16 z32 a1
movsd.sse m8 x16 z32 a2
movsd.sse x16 m8 z32 a1
movsd.sse x16 m8 z32 a2
movss m4 x16 z32 a1
movss x16 m4 z32 a1
movsx r2 m1 z16 a1
movsx r4 h1 z32 a0
movsx r4 m1 z32 a2
movsx r4 m2 z32 a1
movsx r4 r1 z32 a0
movsx r4 r2 z32 a0
movsx r8 m1 z64 a1
movsx r8 m2 z64 a1
movsx r8 m2 z64 a2
movsx r8 r1 z64 a0
movups m16 x16 z32 a2
movups x16 m16 z32 a1
movups x16 m16 z32 a2
movzx r4 h1 z32 a0
mul m8 z64 a1
mul r8 z64 a0
mulpd x16 m16 z32 a1
mulpd x16 x16 z32 a0
mulsd x16 m8 z32 a1
mulsd x16 m8 z32 a2
mulsd x16 x8 z32 a0
mulss x16 m4 z32 a1
mulss x16 x4 z32 a0
neg m4 z32 a2
neg r1 z8 a0
neg r2 z16 a0
neg r4 z32 a0
or h1 i1 z8 a0
or m1 i1 z8 a1
or m1 i1 z8 a2
or m1 r1 z8 a1
or m2 i1 z16 a1
or m2 i2 z16 a1
or m2 r2 z16 a1
or m4 i1 z32 a2
or m4 r4 z32 a1
or m4 r4 z32 a2
or m8 i1 z64 a1
or m8 i1 z64 a2
or m8 i4 z64 a1
or m8 r8 z64 a1
or m8 r8 z64 a2
or r1 i1 z8 a0
or r1 m1 z8 a1
or r1 m1 z8 a2
or r2 i2 z16 a0
or r2 m2 z16 a1
or r4 m4 z32 a1
or r4 m4 z32 a2
or r8 m8 z64 a1
or r8 m8 z64 a2
orpd x16 x16 z32 a0
packuswb x16 x16 z32 a0
paddb x16 x16 z32 a0
paddd x16 m16 z32 a1
paddd x16 x16 z32 a0
paddq x16 m16 z32 a1
paddq x16 x16 z32 a0
pand x16 m16 z32 a1
pand x16 x16 z32 a0
pandn x16 m16 z32 a1
pandn x16 x16 z32 a0
pcmpeqb x16 m16 z32 a1
pcmpeqd x16 m16 z32 a1
pcmpeqd x16 x16 z32 a0
pcmpgtb x16 x16 z32 a0
pinsrw x16 m2 i1 z32 a1
pmaxub x16 x16 z32 a0
pminub x16 m16 z32 a1
pminub x16 x16 z32 a0
por x16 m16 z32 a1
por x16 m16 z32 a2
por x16 x16 z32 a0
pshufd x16 x16 i1 z32 a0
pshuflw x16 x16 i1 z32 a0
pslld x16 i1 z32 a0
psrldq x16 i1 z32 a0
psubd x16 x16 z32 a0
psubq x16 x16 z32 a0
punpckhbw x16 x16 z32 a0
punpckhqdq x16 x16 z32 a0
punpckhwd x16 m16 z32 a1
punpckhwd x16 x16 z32 a0
punpckldq x16 x16 z32 a0
punpcklwd x16 m16 z32 a1
punpcklwd x16 x16 z32 a0
push m8 z64 a1
push m8 z64 a2
pxor x16 m16 z32 a1
rdtsc z32 a0
rol r2 i1 z16 a0
rol r4 i1 z32 a0
rol r8 r1 z64 a0
ror r4 i1 z32 a0
ror r8 i1 z64 a0
sar r1 i1 z8 a0
sar r2 i1 z16 a0
sar r4 i1 z32 a0
sar r4 r1 z32 a0
sar r8 r1 z64 a0
sbb m4 i1 z32 a1
sbb r1 i1 z8 a0
sbb r1 r1 z8 a0
sbb r4 i1 z32 a0
sbb r8 i1 z64 a0
sbb r8 r8 z64 a0
setcc m1 z8 a1 cc12
setcc m1 z8 a1 cc14
setcc m1 z8 a1 cc15
setcc m1 z8 a1 cc2
setcc m1 z8 a1 cc4
setcc m1 z8 a1 cc5
setcc m1 z8 a1 cc6
setcc m1 z8 a1 cc7
setcc m1 z8 a2 cc13
setcc m1 z8 a2 cc14
setcc m1 z8 a2 cc5
setcc r1 z8 a0 cc0
setcc r1 z8 a0 cc10
setcc r1 z8 a0 cc11
setcc r1 z8 a0 cc12
setcc r1 z8 a0 cc13
setcc r1 z8 a0 cc14
setcc r1 z8 a0 cc15
setcc r1 z8 a0 cc2
setcc r1 z8 a0 cc7
shl m8 i1 z64 a1
shld r8 r8 r1 z64 a0
shr m4 i1 z32 a1
shr m8 i1 z64 a1
shrd r8 r8 r1 z64 a0
shufpd x16 x16 i1 z32 a0
stmxcsr m4 z32 a1
stos z32 a2 repf3
stos z64 a2 repf3
stos z8 a2 repf3
sub m1 i1 z8 a1
sub m1 r1 z8 a1
sub m2 i1 z16 a1
sub m2 i1 z16 a2
sub m2 r2 z16 a1
sub m4 i1 z32 a1
sub m4 i1 z32 a1 lock
sub m4 i1 z32 a2
sub m4 r4 z32 a1
sub m8 r8 z64 a1
sub r1 i1 z8 a0
sub r1 r1 z8 a0
sub r2 i1 z16 a0
sub r2 i2 z16 a0
sub r4 m4 z32 a2
sub r8 m8 z64 a1
subpd x16 x16 z32 a0
subsd x16 m8 z32 a1
subsd x16 x8 z32 a0
syscall z32 a0
test h1 h1 z8 a0
test h1 r1 z8 a0
test m1 r1 z8 a1
test m2 i2 z16 a2
test m4 i4 z32 a1
test m4 i4 z32 a2
test m4 r4 z32 a1
test m8 i4 z64 a1
test m8 i4 z64 a2
test m8 r8 z64 a1
test r2 i2 z16 a0
test r8 i4 z64 a0
ucomisd x16 m8 z32 a1
ucomisd x16 m8 z32 a2
ucomisd x16 x8 z32 a0
unpcklpd x16 x16 z32 a0
xadd m4 r4 z32 a1 lock
xadd m8 r8 z64 a1 lock
xchg m4 r4 z32 a1
xchg m8 r8 z64 a1
xchg r4 r4 z32 a0
xchg r8 r8 z64 a0
xor r1 i1 z8 a0
xor r1 m1 z8 a1
xor r2 m2 z16 a1
xor r4 i1 z32 a0
xor r4 i4 z32 a0
xor r4 m4 z32 a1
xor r8 i1 z64 a0
xorpd x16 m16 z32 a1
xorpd x16 x16 z32 a0
`.split('\n').filter((x) => x !== '');

/** The static facts that a handler needs, from a form's key. */
export function formFromKey(key: string): Form {
  const parts = key.split(' '), ops = parts.slice(1).filter((x) => /^[rhmixptjs]\d+$/.test(x)).map((x) => ({ kind: x[0] as OperandKind, bytes: Number(x.slice(1)) }));
  const find = (pattern: RegExp): string | null => { for (const x of parts.slice(1)) { const match = pattern.exec(x); if (match !== null) return match[1]!; } return null; };
  const imm = find(/^imm(-?\d+)$/), rep = find(/^rep(f[23])$/), cc = find(/^cc(\d+)$/);
  return {
    key, mnemonic: parts[0]!, ops, size: Number(find(/^z(\d+)$/)!) as 64, mem: Number(find(/^a(\d)$/)!) as 1, rep: rep === null ? 0 : parseInt(rep, 16), lock: parts.includes('lock'),
    imm: imm === null ? null : Number(imm), flags: new Set<string>(), cost: 0, cc: cc === null ? -1 : Number(cc), flow: '',
  };
}
