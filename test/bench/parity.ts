// `npm run bench parity`: exports every recipe and compares the file with tfjs on the whole test set.
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineCommand } from 'citty';
import { z } from 'zod';
import { UserError } from '../../models/errors.ts';
import { TOLERANCE } from '../../models/tolerance.ts';
import { root, runsFolder } from '../../setup/paths.mjs';
import { families, findRecipe, wordsOf } from '../../train/recipes/index.ts';
import { circleRows, lessonRows, remedyRows } from '../../train/recipes/published.ts';
import { table } from './support/statistics.ts';

interface Variant {
  /** The words that export it: `conv-mnist --init small`. */
  words: string;
  recipe: string;
  options: Readonly<Record<string, string>>;
  tta: boolean;
}

const outcome = z.object({
  words: z.string(),
  architecture: z.string(),
  parameters: z.number(),
  /** How the weights were trained: by the whole training, or by a few steps of it. */
  training: z.string(),
  parity: z.object({
    n: z.number(),
    maxProbabilityDifference: z.number(),
    changedLabels: z.number(),
    ties: z.number().optional(),
    tolerance: z.number(),
    against: z.string(),
  }),
  accuracy: z.number(),
  bytes: z.number(),
  seconds: z.number(),
});
type Outcome = z.output<typeof outcome>;

const KEPT = join(root, 'docs', 'parity.jsonl');
const PAGE = join(root, 'docs', 'parity.md');

export const command = defineCommand({
  meta: { name: 'bench parity', description: 'Export every recipe and compare it with tfjs on its test set' },
  args: {
    steps: { type: 'string', default: '20', description: 'Steps to train, where there is no finished run' },
    runs: { type: 'string', default: runsFolder, description: 'Folder of finished runs' },
    only: { type: 'string', default: '', description: 'Recipes whose words contain this' },
    most: { type: 'string', default: '100', description: 'Variants at most; the next call continues' },
    again: { type: 'boolean', description: 'Also those that docs/parity.jsonl has' },
  },
  async run({ args }) {
    const known = new Map(args.again ? [] : kept().map((each) => [each.words, each]));
    const todo = variants()
      .filter(({ words }) => words.includes(args.only) && !known.has(words))
      .slice(0, Number(args.most));
    for (const [i, { words, ...variant }] of todo.entries()) {
      console.log(`${i + 1} of ${todo.length}: ${words}`);
      const found = once({ ...variant, steps: Number(args.steps), runs: args.runs });
      const line = outcome.parse({ words, ...found });
      appendFileSync(KEPT, `${JSON.stringify(line)}\n`);
      console.log(`  ${cellsOf(line).slice(3).join(', ')}; ${line.seconds.toFixed(0)} s`);
      writeFileSync(PAGE, page());
    }
    writeFileSync(PAGE, page());
    console.log(`${PAGE}: ${kept().length} of ${variants().length}`);
  },
});

/** Every recipe without options, the rows of RESULTS.md, and test-time augmentation where a recipe has some. */
function variants(): Variant[] {
  const plain = families.filter(({ options = [] }) => options.length === 0);
  const rows = [
    ...plain.map(({ recipe }) => ({ recipe: recipe.name, options: {} })),
    ...lessonRows,
    ...remedyRows,
    ...circleRows,
  ];
  const seen = new Set<string>();
  return rows.flatMap(({ recipe, options }) => {
    const resolved = findRecipe(recipe, {}, options);
    const words = wordsOf(resolved);
    if (seen.has(words)) return [];
    seen.add(words);
    const one = { words, recipe, options, tta: false };
    return resolved.tta === 'none' ? [one] : [one, { ...one, words: `${words} --tta`, tta: true }];
  });
}

function once(asked: object): object {
  const script = join(root, 'test/bench/parity/one.ts');
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--import', 'tsx', script, JSON.stringify(asked)],
    { encoding: 'utf8', cwd: root, maxBuffer: 2 ** 26 },
  );
  if (status !== 0) throw new UserError(`The export ended with ${status}:\n${stderr.slice(-3000)}`);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as object;
}

/** The newest outcome of each variant that there is. */
function kept(): Outcome[] {
  const lines = existsSync(KEPT) ? readFileSync(KEPT, 'utf8').split('\n').filter(Boolean) : [];
  const newest = new Map(
    lines.map((line) => outcome.parse(JSON.parse(line))).map((each) => [each.words, each]),
  );
  return variants().flatMap(({ words }) => newest.get(words) ?? []);
}

/** `0`, or `1 (1 tie)`. */
function changedIn({ changedLabels, ties = 0 }: Pick<Outcome['parity'], 'changedLabels' | 'ties'>): string {
  return ties === 0 ? String(changedLabels) : `${changedLabels} (${ties} tie${ties === 1 ? '' : 's'})`;
}

function cellsOf({ words, architecture, parameters, training, parity, accuracy, bytes }: Outcome): string[] {
  return [
    `\`${words}\``,
    `${architecture}, ${parameters.toLocaleString('en')}`,
    `${training}, ${(accuracy * 100).toFixed(2)} %`,
    parity.maxProbabilityDifference.toExponential(0),
    changedIn(parity),
    parity.n.toLocaleString('en'),
    `${(bytes / 1e6).toFixed(2)} MB`,
  ];
}

function page(): string {
  const outcomes = kept();
  const head = [
    'recipe',
    'network, parameters',
    'trained, accuracy',
    'largest difference',
    'labels changed',
    'pictures',
    'file',
  ];
  const missing = variants().filter(({ words }) => !outcomes.some((each) => each.words === words));
  const within = outcomes.filter(({ parity }) => parity.maxProbabilityDifference <= TOLERANCE);
  const beyond = outcomes.filter((each) => !within.includes(each));
  const largest = Math.max(...within.map(({ parity }) => parity.maxProbabilityDifference));
  const changed = outcomes.reduce((sum, { parity }) => sum + parity.changedLabels, 0);
  const ties = outcomes.reduce((sum, { parity }) => sum + (parity.ties ?? 0), 0);
  const runtimes = [...new Set(outcomes.map(({ parity }) => parity.against))];
  return `${[
    '# Parity of every recipe',
    `Made by \`npm run bench parity\`, which keeps its results in [parity.jsonl](parity.jsonl). For each recipe a finished run
is exported where there is one, or else a run of a few steps; the file is then compared with tfjs on the whole test set,
picture by picture. The largest difference is that of a probability, rounded up to one digit, as in the card of the
file. A changed label ends the benchmark, unless it is a tie: two classes to which the trained network gives the same
probability to within 2e-5, so that rounding decides.`,
    `${outcomes.length} of ${variants().length} recipes. Labels changed: ${changedIn({ changedLabels: changed, ties })}. ${within.length} differ by 1e-5 at most, the largest of them ${largest.toExponential(0)}. ${runtimes.join('; ')}.`,
    table(head, outcomes.map(cellsOf)),
    ...(beyond.length > 0
      ? [
          `More than 1e-5: ${beyond.map(({ words }) => `\`${words}\``).join(', ')}. These lessons show what happens with initial weights of
standard deviation 1: the logits reach thousands, where neighboring float32 numbers are further apart than 1e-5, so two
programs that add in a different order cannot agree any better. \`npm run export\` refuses such a network with this
reason, and exports it with \`--tolerance\`.`,
        ]
      : []),
    ...(missing.length > 0
      ? [`Not compared yet: ${missing.map(({ words }) => `\`${words}\``).join(', ')}.`]
      : []),
  ].join('\n\n')}\n`;
}
