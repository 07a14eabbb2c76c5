// How the tests run. Those that leave a process as they met it share one, so that it starts and loads TensorFlow once; each
// other has its own.
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { LongFirst } from './test/order.ts';
import { testFiles } from './test/processes.ts';
import { tellSkipped } from './test/skipped.ts';

const { alone, shared } = testFiles();

/** What both have. TensorFlow's addon does not share a process between contexts: no threads. */
const common = {
  pool: 'forks',
  // A test that looks at nothing fails, whatever a list that it goes through turned out to hold.
  expect: { requireAssertions: true },
  testTimeout: 60_000,
  hookTimeout: 120_000,
} as const;

export default defineConfig({
  test: {
    globalSetup: 'test/global-setup.ts',
    reporters: ['default', ...(process.env.GITHUB_ACTIONS === 'true' ? ['github-actions'] : []), tellSkipped],
    // One more than cores: a fifth of the files' time is waiting, for programs that start, browsers and servers.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongFirst },
    projects: [
      { test: { ...common, name: 'alone', include: alone } },
      {
        test: {
          ...common,
          name: 'shared',
          include: shared,
          isolate: false,
          // Three of them share two cores, on which more threads would spin for each other: a tenth of what these tests
          // take. Files with a process of their own train on as many threads as a user's do.
          env: { TF_NUM_INTRAOP_THREADS: '1' },
          setupFiles: 'test/leaves-nothing.ts',
        },
      },
    ],
  },
});
