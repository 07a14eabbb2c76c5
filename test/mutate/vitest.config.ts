// How tests run while a mutant is in the code: those of one area, one process a file, as TensorFlow's addon needs it.
import { defineConfig } from 'vitest/config';
import {
  BaseSequencer,
  type Reporter,
  type TestModule,
  type TestSpecification,
  type Vitest,
} from 'vitest/node';
import { areaOf } from './areas.ts';
import { FAILED_FILE } from './summary.ts';

const area = areaOf(process.env.MUTATED_AREA);
if (!area) throw new Error(`MUTATED_AREA is ${process.env.MUTATED_AREA}, not one of test/mutate/areas.ts`);

class InGivenOrder extends BaseSequencer {
  override async sort(specifications: TestSpecification[]): Promise<TestSpecification[]> {
    return specifications.toSorted((a, b) => place(a) - place(b));
  }
}

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
    // The first failure ends the run of a mutant: the tests that the area names first are asked first.
    sequence: { sequencer: InGivenOrder },
    include: area.tests.map((name) => (name.endsWith('/') ? `${name}**/*.test.ts` : name)),
    globalSetup: 'test/global-setup.ts',
    // Of each kind in the corpus of pictures.
    env: { FILES: '40' },
    // A change that lets a test wait for ever is noticed by Stryker's own limit. The first run, of all tests, counts each place
    // that is passed: a test of very many pictures takes minutes then on a busy machine, and one that fails ends all.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    reporters: [failedFiles()],
  },
});

/** The place of a test file in the list of its area. */
function place({ moduleId }: TestSpecification): number {
  return area?.tests.findIndex((name) => moduleId.includes(`/${name}`)) ?? 0;
}

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
