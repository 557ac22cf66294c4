// Registers every semantics function and helper.
import './int.ts';
import './int-bits.ts';
import './int-flow.ts';
import './sse-int.ts';
import './sse-fp.ts';
import './fxsave.ts';
import './mmx.ts';
import './x87.ts';
