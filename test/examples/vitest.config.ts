// `npm run test:examples`: what takes too long for every run of the tests, since each example installs its own packages.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/examples/*.run.ts'],
    globalSetup: 'test/global-setup.ts',
    pool: 'forks',
    fileParallelism: false,
    expect: { requireAssertions: true },
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
