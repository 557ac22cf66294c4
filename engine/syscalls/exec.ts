// Handlers of the exec family.
import type { Handlers } from './call.ts';

export const handlers: Handlers = {};
