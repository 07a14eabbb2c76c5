// What a benchmark needs of the machine: asked for in one message, or made by set-up, before the benchmark begins.
import { SetupError } from '../../../setup/errors.mjs';
import { findPython } from '../../../setup/install/python.mjs';
import { type Need as Missing, tellNeeds, which } from '../../../setup/machine/system.mjs';
import { prepareSteps } from '../../../setup/prepare.mjs';
import { chromiumStep } from '../../../setup/steps/chromium.mjs';
import { cifar10Step } from '../../../setup/steps/cifar10.mjs';
import type { Step } from '../../../setup/steps/index.mjs';
import { testEnvironmentStep, tf2onnxStep } from '../../../setup/steps/python-environments.mjs';

interface Need {
  /** What the machine lacks, and what to do: only its owner can. */
  readonly missing?: () => Missing[];
  /** Set-up's way to it. `npm run bench` has done those of training. */
  readonly step?: () => Step;
}

const needs = {
  /** https://github.com/wg/wrk */
  wrk: { missing: () => program('wrk', { remedy: 'Debian: apt-get install wrk' }) },
  'g++': { missing: () => program('g++', { install: ['g++'] }) },
  /** For the environments of rivals. */
  python: {
    missing: () => {
      const found = findPython();
      return 'problem' in found ? [found] : [];
    },
  },
  cifar10: { step: () => cifar10Step },
  chromium: { step: () => chromiumStep },
  /** Python with onnxruntime and what else the tests compare with. */
  'test packages': { step: () => testEnvironmentStep },
  tf2onnx: { step: () => tf2onnxStep },
} satisfies Readonly<Record<string, Need>>;

/**
 * Looks for everything that is named; what set-up can make is made when nothing else is missing.
 *
 * @throws SetupError with all that is missing and what to do about it.
 */
export async function need(...names: readonly (keyof typeof needs)[]): Promise<void> {
  const all = names.map((name): Need => needs[name]);
  const missing = all.flatMap((each) => each.missing?.() ?? []);
  if (missing.length > 0) throw new SetupError(`This benchmark cannot begin.\n${tellNeeds(missing)}`);
  await prepareSteps(
    all.flatMap((each) => each.step?.() ?? []),
    false,
  );
}

function program(name: string, remedy: Pick<Missing, 'install' | 'remedy'>): Missing[] {
  return which(name) === undefined ? [{ problem: `${name} is not on the PATH.`, ...remedy }] : [];
}
