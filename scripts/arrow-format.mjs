// A bundler plugin: Arrow's own format code out of its package.
import { fileURLToPath } from 'node:url';

/** Arrow's generated FlatBuffers code is a few small modules: bundled, so that record does not load the whole package. */
export const arrowFormat = { name: 'arrow-format', setup(b) {
  b.onResolve({ filter: /^apache-arrow\/fb\// }, (a) => ({ path: fileURLToPath(new URL(`../node_modules/${a.path}.mjs`, import.meta.url)) }));
} };
