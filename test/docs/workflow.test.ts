// The workflow of GitHub Actions is valid YAML, runs `.ci/run` on the versions of Node that are supported, and takes
// actions by their versions.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { root } from '../../setup/paths.mjs';
import { python } from '../python.ts';

const workflowSchema = z.object({
  on: z.looseObject({ push: z.object({ branches: z.array(z.string()) }) }),
  permissions: z.strictObject({ contents: z.literal('read') }),
  jobs: z.object({
    test: z.object({
      'runs-on': z.string(),
      strategy: z.object({ matrix: z.object({ node: z.array(z.string()) }) }),
      steps: z.array(
        z.object({
          uses: z.string().optional(),
          run: z.string().optional(),
          with: z.record(z.string(), z.string()).optional(),
        }),
      ),
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

it('takes actions by major version or by commit, and GitHub’s own alone', () => {
  const actions = workflow.jobs.test.steps.flatMap(({ uses }) => uses ?? []);
  expect(actions.length).toBeGreaterThan(1);
  for (const action of actions) expect(action).toMatch(/^actions\/[\w-]+@(v\d+|[0-9a-f]{40})$/);
});
