// The workflow of GitHub Actions is valid YAML, runs `.ci/run` on the versions of Node that are supported, and the package
// on each system; it takes actions by their versions.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { root } from '../../setup/paths.mjs';
import { python } from '../python.ts';

const stepsSchema = z.array(
  z.object({
    uses: z.string().optional(),
    run: z.string().optional(),
    with: z.record(z.string(), z.union([z.string(), z.boolean()])).optional(),
  }),
);

const workflowSchema = z.object({
  on: z.looseObject({ push: z.object({ branches: z.array(z.string()) }) }),
  permissions: z.strictObject({ contents: z.literal('read') }),
  jobs: z.object({
    test: z.object({
      'runs-on': z.string(),
      strategy: z.object({ matrix: z.object({ node: z.array(z.string()) }) }),
      steps: stepsSchema,
    }),
    pack: z.object({ steps: stepsSchema }),
    system: z.object({
      needs: z.literal('pack'),
      strategy: z.object({
        matrix: z.object({
          include: z.array(z.object({ system: z.string(), runner: z.string(), train: z.string() })),
        }),
      }),
      steps: stepsSchema,
    }),
  }),
});

const text = readFileSync(join(root, '.github/workflows/ci.yml'), 'utf8');
let workflow: z.infer<typeof workflowSchema>;
beforeAll(() => {
  // YAML 1.1, which PyYAML reads, takes the key `on` for true.
  const parsed = python(
    'import json, sys, yaml; d = yaml.safe_load(sys.stdin); d["on"] = d.pop(True); print(json.dumps(d))',
    [],
    Buffer.from(text),
  );
  workflow = workflowSchema.parse(JSON.parse(parsed));
});

it('runs every check, as in a fresh clone', () => {
  expect(workflow.jobs.test.steps.at(-1)?.run).toBe('.ci/run');
  expect(workflow.on.push.branches).toEqual(['main']);
  expect(workflow.jobs.test['runs-on']).toBe('ubuntu-latest');
});

it('tries the oldest Node that package.json admits, 22 and 24', () => {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { node } = workflow.jobs.test.strategy.matrix;
  expect(node).toEqual([engines.node.replace('>=', ''), '22', '24']);
  const setup = workflow.jobs.test.steps.find(({ uses }) => uses?.startsWith('actions/setup-node@'));
  // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of GitHub's
  expect(setup?.with?.['node-version']).toBe('${{ matrix.node }}');
});

it('tries the package on each system of the table in docs/systems.md, and trains where that says so', () => {
  const { system } = workflow.jobs;
  const rows = readFileSync(join(root, 'docs/systems.md'), 'utf8').matchAll(
    /^\| (\w+)[^|]*?(x64|arm64|Apple silicon)[^|]*\|([^|]*)\|([^|]*)\|/gm,
  );
  const told = [...rows]
    .filter(([, , , serving = '']) => !serving.includes('no library'))
    .map(([, name, processor, , training = '']) => ({
      system: `${name} ${processor === 'Apple silicon' ? 'arm64' : processor}`,
      train: training.includes('WSL') ? '' : '--train',
    }));
  expect(system.strategy.matrix.include.map(({ system, train }) => ({ system, train }))).toEqual(told);
  expect(system.steps.at(-1)?.run).toContain('try-package.mjs');
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const version = (dependencies['onnxruntime-node'] ?? devDependencies['onnxruntime-node']).replace('^', '');
  expect(system.steps.some(({ run }) => run?.includes(`onnxruntime-node@${version}`))).toBe(true);
});

it('takes actions by major version or by commit, and GitHub’s own alone', () => {
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);
  const actions = steps.flatMap(({ uses }) => uses ?? []);
  expect(actions.length).toBeGreaterThan(6);
  for (const action of actions) expect(action).toMatch(/^actions\/[\w-]+@(v\d+|[0-9a-f]{40})$/);
});
