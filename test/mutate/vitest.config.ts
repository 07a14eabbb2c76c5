// How tests run while a mutant is in the code: those of one area, one process a file, as TensorFlow's addon needs it.
import { defineConfig } from 'vitest/config';
import type { Reporter, TestModule, Vitest } from 'vitest/node';
import { areaOf } from './areas.ts';
import { FAILED_FILE } from './summary.ts';

const area = areaOf(process.env.MUTATED_AREA);
if (!area) throw new Error(`MUTATED_AREA is ${process.env.MUTATED_AREA}, not one of test/mutate/areas.ts`);

export default defineConfig({
  plugins: [
    {
      name: 'one process a file',
      // Stryker's runner asks for threads, above what a config file says; a plugin has the last word.
      configureVitest: ({ project }) => {
        project.config.pool = 'forks';
      },
    },
  ],
  test: {
    include: area.tests.map((name) => (name.endsWith('/') ? `${name}**/*.test.ts` : name)),
    globalSetup: 'test/global-setup.ts',
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: [failedFiles()],
  },
});

/** A file that fails as a whole has no tests, which Stryker's runner takes for nothing failed: as an error it is told. */
function failedFiles(): Reporter {
  let vitest: Vitest;
  return {
    onInit: (started: Vitest) => {
      vitest = started;
    },
    onTestModuleEnd: (module: TestModule) => {
      for (const { message } of module.errors())
        vitest.state.catchError(new Error(`${FAILED_FILE}: ${message}`), 'Test file');
    },
  };
}
