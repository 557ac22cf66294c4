// Handlers of the futex family.
import type { Handlers } from './call.ts';

export const handlers: Handlers = {};
