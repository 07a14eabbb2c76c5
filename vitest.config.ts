// How the tests run: one process per file, since TensorFlow's addon does not share a process between contexts; as many
// at once as there are cores, where vitest itself would leave one of two free.
import { defineConfig } from 'vitest/config';
import { tellSkipped } from './test/skipped.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/global-setup.ts',
    reporters: ['default', ...(process.env.GITHUB_ACTIONS === 'true' ? ['github-actions'] : []), tellSkipped],
    pool: 'forks',
    maxWorkers: '100%',
    // A test that looks at nothing fails, whatever a list that it goes through turned out to hold.
    expect: { requireAssertions: true },
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
