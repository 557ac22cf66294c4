// Tests stand beside the code; those that start the built command are in samples/ and tracer/e2e/.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [{ name: 'sql-as-text', transform: (code: string, id: string) => (id.endsWith('.sql') ? { code: `export default ${JSON.stringify(code)}`, map: null } : undefined) }],
  test: {
    include: ['{engine,tracer,analyze,samples,notebooks}/**/*.test.ts'],
    globalSetup: ['scripts/test-scratch.mjs'], setupFiles: ['tracer/cli/v8-flags.ts'],
    testTimeout: 180_000, hookTimeout: 180_000,
    pool: 'forks', maxWorkers: 2,
    passWithNoTests: false,
  },
});
