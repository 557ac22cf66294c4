// Handlers of the file family.
import type { Handlers } from './call.ts';

export const handlers: Handlers = {};
