// How the tests run: one process per file, since TensorFlow's addon does not share a process between contexts; as many
// at once as there are cores, where vitest itself would leave one of two free.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/global-setup.ts',
    pool: 'forks',
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
