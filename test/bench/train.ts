// `npm run bench train`: images per second of the compiled step against eager tfjs, model.fit and PyTorch.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineCommand } from 'citty';
import { root } from '../../setup/paths.mjs';
import { describeEnvironment } from '../../train/runs/environment.ts';
import { type Child, node, type Program, start } from './support/child.ts';
import type { Turn } from './support/contender.ts';
import { need } from './support/needs.ts';
import { quiet } from './support/quiet.ts';
import { median, megabytes, spread, table } from './support/statistics.ts';
import { pytorch, TORCH } from './support/torch.ts';
import { type Network, networks } from './train/networks.ts';

const here = (file: string) => join(root, 'test', 'bench', 'train', file);

/** A turn in which others took a larger share of the machine is repeated. */
const DISTURBED = 0.05;
/** Seconds to wait for the machine to be left alone. */
const PATIENCE = 20;

const PRECISIONS = ['float32', 'bfloat16'] as const;
const MACHINE = 'the machine’s peak';

interface Contender {
  name: string;
  program: Program;
}

type Taken = Turn & { disturbance: number };

/** A contender's turns, one per round. */
interface Result extends Contender {
  about: Child['about'];
  turns: Taken[];
}

export const command = defineCommand({
  meta: { name: 'bench train', description: 'Race the training step against what else trains' },
  args: {
    rounds: { type: 'string', default: '7', description: 'Rounds; each lets every contender work once' },
    seconds: { type: 'string', default: '5', description: 'How long a turn is' },
    attempts: { type: 'string', default: '10', description: 'Tries at a turn that others leave alone' },
    only: { type: 'string', description: `One of the networks: ${Object.keys(networks).join(', ')}` },
    write: { type: 'boolean', description: 'Write the tables to docs/bench-train.md' },
  },
  async run({ args }) {
    await need('g++', 'python');
    const python = await pytorch();
    const folder = mkdtempSync(join(tmpdir(), 'trainyard-bench-'));
    const peak = join(folder, 'peak');
    run('g++', ['-O3', '-march=native', '-pthread', '-o', peak, here('peak.cpp')]);
    const parts = [preamble(Number(args.rounds), Number(args.seconds))];
    console.log(parts[0]);
    for (const [name, network] of Object.entries(networks)) {
      if (args.only !== undefined && args.only !== name) continue;
      const contenders = [...contendersOf(name, python), ...peaksOf(name, peak)];
      const results = await race(contenders, {
        rounds: Number(args.rounds),
        seconds: Number(args.seconds),
        attempts: Number(args.attempts),
      });
      parts.push(section(network, results));
      console.log(`\n${parts.at(-1)}`);
    }
    rmSync(folder, { recursive: true });
    if (args.write) writePage(parts);
  },
});

/** The first part of the page that people wrote. */
const WRITTEN = '## Where the time goes';

/** Replaces the tables of docs/bench-train.md, and keeps what was written about them. */
function writePage(parts: readonly string[]): void {
  const path = join(root, 'docs', 'bench-train.md');
  const [, written = ''] = readFileSync(path, 'utf8').split(WRITTEN);
  writeFileSync(path, `${[...parts, `${WRITTEN}${written}`].join('\n\n').trimEnd()}\n`);
}

function contendersOf(network: string, python: string): Contender[] {
  const torch = (precision: string, mode: string): Contender => ({
    name: `PyTorch, ${precision}${mode === 'compile' ? ', torch.compile' : ''}`,
    program: { command: python, args: [here('pytorch.py'), network, precision, mode] },
  });
  const ours = (name: string, ...args: string[]): Contender => ({
    name,
    program: node(here('compiled.ts'), network, ...args),
  });
  return [
    ours('compiled step, float32', 'float32'),
    ours('compiled step, float32, with loader', 'float32', 'loader'),
    ours('compiled step, bfloat16', 'bfloat16'),
    // tf.layers has no way to say airbench94, nor statistics that are kept in training.
    ...(network === 'cifar-fast' || network === 'fine-tuning'
      ? []
      : [
          { name: 'eager tfjs, float32', program: node(here('eager.ts'), network) },
          { name: 'model.fit, float32', program: node(here('layers-model.ts'), network) },
        ]),
    ...PRECISIONS.flatMap((precision) => ['eager', 'compile'].map((mode) => torch(precision, mode))),
  ];
}

/** What the step's convolutions and matrix products would take if they were all, and the processor never waited. */
function peaksOf(network: string, peak: string): Contender[] {
  const { command, args } = node(here('flops.ts'), network);
  const gflop = run(command, args).trim();
  const precisions = PRECISIONS.filter((name) => name === 'float32' || describeEnvironment().nativeBfloat16);
  return precisions.map((precision) => ({
    name: `${MACHINE}, ${precision}`,
    program: { command: peak, args: [precision, gflop] },
  }));
}

const run = (command: string, args: readonly string[]) => execFileSync(command, args, { encoding: 'utf8' });

interface Race {
  rounds: number;
  seconds: number;
  attempts: number;
}

/** Every round lets each contender have a turn; each round begins with another one. */
async function race(contenders: Contender[], options: Race): Promise<Result[]> {
  const { rounds, seconds, attempts } = options;
  const children: Child[] = [];
  try {
    const results: Result[] = [];
    for (const contender of contenders) {
      console.error(`starting ${contender.name}`);
      const child = await start(contender.program);
      children.push(child);
      results.push({ ...contender, about: child.about, turns: [] });
    }
    for (let round = 0; round < rounds; round++) {
      console.error(`round ${round + 1} of ${rounds}`);
      for (let k = 0; k < children.length; k++) {
        const i = (k + round) % children.length;
        const [child, result] = [children[i], results[i]];
        if (child && result) result.turns.push(await undisturbed(child, seconds, attempts));
      }
    }
    return results;
  } finally {
    await Promise.all(children.map((child) => child.end()));
  }
}

/** The first turn that others left alone, or the least disturbed of them. */
async function undisturbed(child: Child, seconds: number, attempts: number): Promise<Taken> {
  const turns: Taken[] = [];
  for (let attempt = 0; attempt < attempts; attempt++) {
    await quiet(PATIENCE);
    const turn = await child.turn(seconds);
    if (turn.disturbance < DISTURBED) return turn;
    turns.push(turn);
  }
  return turns.reduce((a, b) => (b.disturbance < a.disturbance ? b : a));
}

const rates = ({ turns }: Result) => turns.map(({ images, seconds }) => images / seconds);

/** One contender's rates over another's, round by round. */
function ratios(a: Result, b: Result): number[] {
  const under = rates(b);
  return rates(a).map((rate, round) => rate / (under[round] ?? Number.NaN));
}

function section({ title, recipe, pictures }: Network, results: Result[]): string {
  const best = (start: string) =>
    results
      .filter(({ name }) => name.startsWith(start))
      .reduce((a, b) => (median(rates(b)) > median(rates(a)) ? b : a));
  const rows = results.map((result) => {
    const rival = best(result.name.includes('bfloat16') ? 'PyTorch, bfloat16' : 'PyTorch, float32');
    const waited = result.turns.map(({ waited = Number.NaN, seconds }) => waited / 10 / seconds);
    return [
      result.name,
      spread(rates(result)),
      result === rival ? '1 (best PyTorch)' : spread(ratios(result, rival), 2),
      median(result.turns.map(({ cpu, images }) => (1000 * cpu) / images)).toFixed(2),
      Number.isNaN(median(waited)) ? '' : `${median(waited).toFixed(1)} %`,
      ...(result.name.startsWith(MACHINE)
        ? ['', '']
        : [
            megabytes(Math.max(...result.turns.map(({ peak }) => peak))),
            megabytes(Math.max(...result.turns.map((turn) => turn.private ?? Number.NaN))),
          ]),
    ];
  });
  const step = best('compiled step, float32');
  const against = (name: string) => `${name.split(',')[0]} ${spread(ratios(step, best(name)), 2)}`;
  const rivals = ['eager tfjs', 'model.fit'].filter((start) =>
    results.some(({ name }) => name.startsWith(start)),
  );
  const ofPeak = (precision: string) => {
    const peak = results.find(({ name }) => name === `${MACHINE}, ${precision}`);
    const shares = [`compiled step, ${precision}`, `PyTorch, ${precision}`].map(
      (name) => `${name.split(',')[0]} ${peak ? spread(ratios(best(name), peak), 2) : 'not measured'}`,
    );
    return `${precision}, ${shares.join(', ')}`;
  };
  const minutes = (start: string) => {
    const fastest = best(start);
    return `${fastest.name} ${((pictures ?? 0) / median(rates(fastest)) / 60).toFixed(1)} minutes`;
  };
  const whole = [
    'compiled step, float32',
    'PyTorch, float32',
    'compiled step, bfloat16',
    'PyTorch, bfloat16',
  ];
  const disturbed = results.flatMap(({ turns }) => turns).filter(({ disturbance: d }) => d >= DISTURBED);
  return [
    `## ${title}\n\n${recipe.optimizer.name}, ${recipe.architecture.name}.`,
    table(
      [
        'contender',
        'images/s',
        'against PyTorch',
        'CPU ms/image',
        'waits for data',
        'peak memory',
        'private',
      ],
      rows,
    ),
    ...(rivals.length > 0 ? [`Compiled step, float32, times: ${rivals.map(against).join(', ')}.`] : []),
    ...(pictures === undefined
      ? []
      : [
          `The recipe's ${pictures.toLocaleString('en')} pictures at these rates, without evaluation: ${whole.map(minutes).join(', ')}.`,
        ]),
    `Of the machine’s peak: ${PRECISIONS.map(ofPeak).join('; ')}.`,
    `Turns disturbed by others although repeated: ${disturbed.length} of ${results.flatMap(({ turns }) => turns).length}.`,
  ].join('\n\n');
}

function preamble(rounds: number, seconds: number): string {
  const { cpu, cores, memory, nativeBfloat16, node: version, tfjs, tensorflow } = describeEnvironment();
  return `# Training speed

\`npm run bench train -- --rounds ${rounds} --seconds ${seconds}\`, ${new Date().toISOString().slice(0, 10)}.
${cores} cores, ${cpu}, ${memory} GiB; bfloat16 instructions: ${nativeBfloat16 ? 'native' : 'none'}.
Node ${version}, tfjs ${tfjs}, TensorFlow ${tensorflow}, ${TORCH.replace('==', ' ')} (channels last, fused optimizer).

Each contender is a process of its own. They work one at a time, ${seconds} s per turn, in ${rounds} rounds; every round begins with
another one. Figures are medians over the rounds, with quartiles in parentheses; ratios are taken within each round,
against the best PyTorch configuration of the same precision. The machine was shared: a turn in which other processes took
more than ${DISTURBED * 100} % of it is repeated. CPU time is that of all threads. Peak memory is that of the whole process, its start
included; "private" is the part, at the end of a turn, that is not pages of libraries. The machine's peak is the time for
as many multiplications and additions as the step's convolutions and matrix products have, without those on padding, on
registers and on all cores (\`test/bench/train/\`, \`flops.ts\` and \`peak.cpp\`). Nothing that does as many can be faster.`;
}
