// At the end of a run: the tests that were skipped, each with its reason. One without a reason fails the run.
import type { Reporter } from 'vitest/node';

/** `skip(condition, reason)` of a test's context says why. Where names are asked for (-t), the others are left out. */
export const tellSkipped: Reporter = {
  onTestRunEnd(modules) {
    const skipped = modules.flatMap(({ children, project }) =>
      project.config.testNamePattern === undefined ? [...children.allTests('skipped')] : [],
    );
    if (skipped.length === 0) return;
    const lines = skipped.map((test) => {
      const result = test.result();
      const reason = result.state === 'skipped' ? result.note : undefined;
      if (reason === undefined) process.exitCode = 1;
      return `  ${test.module.relativeModuleId} > ${test.fullName}: ${reason ?? 'it says no reason, which is a mistake'}`;
    });
    console.log(['Skipped here:', ...lines].join('\n'));
  },
};
