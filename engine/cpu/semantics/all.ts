// Registers every semantics function and helper.
import './int.ts';
import './int-bits.ts';
import './int-flow.ts';
import './sse-int.ts';
import './sse-fp.ts';
import './fxsave.ts';
import './mmx.ts';
import './sse3.ts';
import './ssse3.ts';
import './sse41.ts';
import './sse42.ts';
import './x87.ts';
import './segments.ts';
import './system.ts';
import './random.ts';
