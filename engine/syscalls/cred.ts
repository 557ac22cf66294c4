// Handlers of the cred family.
import type { Handlers } from './call.ts';

export const handlers: Handlers = {};
