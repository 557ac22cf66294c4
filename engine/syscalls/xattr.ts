// Handlers of the xattr family.
import type { Handlers } from './call.ts';

export const handlers: Handlers = {};
