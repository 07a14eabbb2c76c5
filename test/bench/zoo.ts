// `npm run bench zoo`: exports tfjs models that others published, and compares each file with tfjs-node and tfjs-wasm.
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineCommand } from 'citty';
import { z } from 'zod';
import { packagesFolder } from '../../setup/install/npm-packages.mjs';
import { cacheFolder, root } from '../../setup/paths.mjs';
import { describeEnvironment } from '../../train/runs/environment.ts';
import { table } from './support/statistics.ts';
import { fetchZoo, wasmFolder, type ZooModel } from './zoo/packages.ts';
import { reasons } from './zoo/reasons.ts';

const outcome = z.object({
  package: z.string(),
  name: z.string(),
  written: z.boolean(),
  /** Why not; or why tfjs-wasm was not asked. */
  why: z.string().optional(),
  nodes: z.number().optional(),
  seconds: z.number().optional(),
  /** What the export itself found. */
  own: z.number().optional(),
  /** How many times as far as rounding moves the answers; 0 within 1e-5: in the export and here. */
  roundings: z.number().optional(),
  'roundings here': z.number().optional(),
  node: z.number().optional(),
  wasm: z.number().nullish(),
  'node and wasm': z.number().nullish(),
  /** The inputs with the largest difference from tfjs-node. */
  worst: z.string().optional(),
});
type Outcome = z.output<typeof outcome>;

const KEPT = join(root, 'docs', 'zoo.jsonl');
const PAGE = join(root, 'docs', 'zoo.md');

/** A model takes seconds, the largest a minute or two. */
const PATIENCE = 600_000;

export const command = defineCommand({
  meta: { name: 'bench zoo', description: 'Export published tfjs models and compare them with tfjs' },
  args: {
    only: { type: 'string', default: '', description: 'Models whose package and name contain this' },
    again: { type: 'boolean', description: 'Also those that docs/zoo.jsonl has' },
    refused: { type: 'boolean', description: 'Also those that were refused' },
  },
  async run({ args }) {
    const all = await fetchZoo();
    const known = new Map(kept().map((each) => [titleOf(each), each]));
    const todo = all.filter((model) => {
      const before = known.get(titleOf(model));
      if (!titleOf(model).includes(args.only)) return false;
      return before === undefined || args.again || (args.refused && !before.written);
    });
    for (const [i, model] of todo.entries()) {
      const found = once(model);
      appendFileSync(KEPT, `${JSON.stringify(found)}\n`);
      console.log(
        `${i + 1} of ${todo.length}: ${titleOf(model)}: ${cellsOf(found).slice(2).join(', ')} ${found.why ?? ''}`,
      );
      writePage(all);
    }
    writePage(all);
  },
});

function titleOf({ package: from, name }: { package: string; name: string }): string {
  return `${from} ${name}`;
}

/** The last outcome of each model. */
function kept(): Outcome[] {
  if (!existsSync(KEPT)) return [];
  const lines = readFileSync(KEPT, 'utf8').split('\n').filter(Boolean);
  const all = lines.map((line) => outcome.parse(JSON.parse(line)));
  return [...new Map(all.map((each) => [titleOf(each), each])).values()];
}

function once(model: ZooModel): Outcome {
  const { package: from, name, path } = model;
  const script = join(root, 'test/bench/zoo/one.ts');
  const { stdout, stderr, status, signal, error } = spawnSync(
    process.execPath,
    ['--import', 'tsx', script, path, name.replaceAll('/', '-'), wasmFolder()],
    {
      encoding: 'utf8',
      timeout: PATIENCE,
      maxBuffer: 2 ** 26,
      // The backend asks for tfjs's core: that of tfjs-node.
      env: { ...process.env, NODE_PATH: join(packagesFolder('tensorflow'), 'node_modules') },
    },
  );
  const line = stdout.split('\n').findLast((each) => each.startsWith('{'));
  const ours = `${cacheFolder()}/`; // not in what is published
  if (line !== undefined)
    return outcome.parse({ package: from, name, ...JSON.parse(line.replaceAll(ours, '')) });
  // Of a benchmark that was ended itself nothing is kept.
  if (error === undefined && (signal === 'SIGTERM' || signal === 'SIGINT')) process.exit(1);
  const why = `ended with ${signal ?? status}: ${stderr.trim().split('\n').at(-1)?.replaceAll(ours, '')}`;
  return { package: from, name, written: false, why };
}

function writePage(all: readonly ZooModel[]): void {
  const outcomes = kept();
  const order = new Map(all.map((model, i) => [titleOf(model), i]));
  outcomes.sort((a, b) => (order.get(titleOf(a)) ?? 0) - (order.get(titleOf(b)) ?? 0));
  writeFileSync(KEPT, outcomes.map((each) => `${JSON.stringify(each)}\n`).join(''));
  writeFileSync(PAGE, page(outcomes));
  const written = outcomes.filter((each) => each.written).length;
  console.log(`${PAGE}: ${written} of ${outcomes.length} written, ${all.length} in the packages`);
}

function page(outcomes: readonly Outcome[]): string {
  const { cpu, cores, memory, node, tfjs, tensorflow } = describeEnvironment();
  const refused = outcomes.filter((each) => !each.written);
  return `# Published models

\`npm run bench zoo\`, ${new Date().toISOString().slice(0, 10)}.
${cores} cores, ${cpu}, ${memory} GiB; Node ${node}, tfjs ${tfjs}, TensorFlow ${tensorflow}.

tfjs models out of npm packages, exported and then asked about inputs that the export was not compared on: pixels from 0
to 1 and from 0 to 255, normal, negative and zero numbers, and numbers up to some thousands. Differences are the largest
in any output, as a share of the output's largest value (of 1, where that is smaller). How far two programs of
TensorFlow.js are apart from each other stands beside them. \`roundings\` is how many times further apart than rounding
moves the answers file and tfjs-node are at most, in any number of any output, where a difference is more than 1e-5; an
export is refused above 8. Of ${outcomes.length} models,
${outcomes.length - refused.length} are written.

${table(
  [
    'package',
    'model',
    'written',
    'from tfjs-node',
    'from tfjs-wasm',
    'tfjs-node from tfjs-wasm',
    'roundings',
    'seconds',
  ],
  outcomes.map(cellsOf),
)}

Not written:

${refused.map((each) => `- ${titleOf(each)}: ${each.why}`).join('\n')}

Far from tfjs-node on some inputs:

${outcomes.flatMap(reasonOf).join('\n')}
`;
}

function reasonOf({ package: from, name }: Outcome): string[] {
  const reason = reasons[`${from.replace(/ [\d.]+$/, '')} ${name}`];
  return reason === undefined ? [] : [`- ${from} ${name}: ${reason}`];
}

function cellsOf({ package: from, name, written, why, node, wasm, seconds, ...rest }: Outcome): string[] {
  if (!written) return [from, name, 'no', '', '', '', '', ''];
  const between = rest['node and wasm'];
  const said = (n: number | null | undefined) => (n == null ? '-' : n >= 1e38 ? 'other' : n.toExponential(1));
  const roundings = Math.max(rest.roundings ?? 0, rest['roundings here'] ?? 0);
  const times = roundings === 0 ? '-' : roundings >= 1e38 ? 'other' : roundings.toFixed(1);
  return [from, name, 'yes', said(node), said(wasm), said(between), times, (seconds ?? 0).toFixed(1)];
}
