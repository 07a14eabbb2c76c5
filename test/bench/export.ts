// `npm run bench export`: from a checkpoint to a verified file, ours against tf2onnx; and how fast the two files run.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineCommand } from 'citty';
import { convert } from '../../export/convert.ts';
import { convertAllByTf2onnx } from '../../export/tf2onnx/index.ts';
import { encodeModel } from '../../models/onnx/schema.ts';
import * as ort from '../../setup/libraries/onnxruntime.ts';
import { root } from '../../setup/paths.mjs';
import { writeCheckpoint } from '../../train/runs/checkpoint.ts';
import { describeEnvironment } from '../../train/runs/environment.ts';
import { latencies } from './export/latency.ts';
import { build, checkpointOf } from './export/networks.ts';
import { need } from './support/needs.ts';
import { spread, table } from './support/statistics.ts';
import { randomSplit } from './train/networks.ts';

/** The network whose export is timed: 16 million parameters. */
const TIMED = 'vgg';
const RUN_ON = ['vgg', 'vgg-norm', 'mnist', 'cifar-fast'];
const BATCHES = [1, 32];

interface Whole {
  parameters: number;
  seconds: number;
  process: number;
  stages: Record<string, number>;
}

export const command = defineCommand({
  meta: { name: 'bench export', description: 'Time the exporter against tf2onnx, and the files of both' },
  args: {
    rounds: { type: 'string', default: '5', description: 'Exports and turns of each' },
    write: { type: 'boolean', description: 'Write the tables to docs/bench-export.md' },
  },
  async run({ args }) {
    await need('tf2onnx');
    const rounds = Number(args.rounds);
    const parts = [preamble(rounds), timed(rounds)];
    console.log(parts.join('\n\n'));
    parts.push(await compared(rounds));
    console.log(`\n${parts.at(-1)}`);
    if (args.write) writeFileSync(join(root, 'docs', 'bench-export.md'), `${parts.join('\n\n')}\n`);
  },
});

/** Both converters by turns, each export in a process of its own. */
function timed(rounds: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-bench-'));
  try {
    const path = join(folder, 'vgg.safetensors');
    writeCheckpoint(path, checkpointOf(TIMED));
    const taken: Record<string, Whole[]> = { own: [], tf2onnx: [] };
    for (let round = 0; round < rounds; round++)
      for (const [converter, runs] of Object.entries(taken)) {
        console.error(`export ${round + 1} of ${rounds}, ${converter}`);
        runs.push(once(path, converter));
      }
    return timedTable(taken.own ?? [], taken.tf2onnx ?? []);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function once(path: string, converter: string): Whole {
  const script = join(root, 'test/bench/export/whole.ts');
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--import', 'tsx', script, path, TIMED, converter],
    { encoding: 'utf8', cwd: root },
  );
  if (status !== 0) throw new Error(`the export ended with ${status}:\n${stderr.slice(-2000)}`);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Whole;
}

function timedTable(own: readonly Whole[], other: readonly Whole[]): string {
  const measures: [string, (run: Whole) => number][] = [
    ['checkpoint to verified file', ({ seconds }) => seconds],
    ['the same, with the start of the process', (run) => run.process],
    ['checkpoint read', ({ stages }) => stages.loaded ?? Number.NaN],
    ['trace', ({ stages }) => stages.traced ?? Number.NaN],
    ['conversion', ({ stages }) => stages.converted ?? Number.NaN],
    ['comparison with tfjs', ({ stages }) => stages.compared ?? Number.NaN],
    ['card and file', ({ stages }) => stages.written ?? Number.NaN],
  ];
  const rows = measures.map(([name, of]) => {
    const ratios = own.map((run, i) => of(other[i] ?? run) / of(run));
    return [name, spread(own.map(of), 2), spread(other.map(of), 2), spread(ratios, 1)];
  });
  const millions = ((own[0]?.parameters ?? 0) / 1e6).toFixed(1);
  return [
    `## VGG, ${millions} million parameters, seconds`,
    table(['stage', 'ours', 'by tf2onnx', 'tf2onnx / ours'], rows),
  ].join('\n\n');
}

/** Both files of every network in onnxruntime. */
async function compared(rounds: number): Promise<string> {
  const built = RUN_ON.map((name) => ({ name, ...build(name) }));
  const options = (name: string) => ({ name, outputs: ['probabilities'] });
  const others = await convertAllByTf2onnx(
    built.map(({ name, graph, state }) => ({ graph, state, options: options(name) })),
  );
  const rows: string[][] = [];
  for (const [i, { name, graph, state, shape }] of built.entries()) {
    const own = convert(graph, state, options(name));
    const other = others[i];
    if (other === undefined) continue;
    const feeds = (batch: number) => ({
      image: new ort.Tensor('uint8', new Uint8Array(randomSplit(batch, shape).images), [batch, ...shape]),
    });
    const files = [encodeModel(own), encodeModel(other)] as const;
    for (const { batch, milliseconds } of await latencies(files, feeds, rounds, BATCHES)) {
      const [ours, theirs] = milliseconds;
      rows.push([
        `${name}, batch ${batch}`,
        spread(ours, 2),
        spread(theirs, 2),
        spread(
          ours.map((taken, k) => (theirs[k] ?? Number.NaN) / taken),
          2,
        ),
        `${own.graph.node.length} / ${other.graph.node.length}`,
      ]);
    }
  }
  const head = ['network', 'our file, ms', "tf2onnx's file, ms", 'theirs / ours', 'nodes'];
  return ['## The files in onnxruntime, milliseconds a run', table(head, rows)].join('\n\n');
}

function preamble(rounds: number): string {
  const { cpu, cores, memory, node, tfjs, tensorflow } = describeEnvironment();
  return `# Export speed

\`npm run bench export -- --rounds ${rounds}\`, ${new Date().toISOString().slice(0, 10)}.
${cores} cores, ${cpu}, ${memory} GiB; Node ${node}, tfjs ${tfjs}, TensorFlow ${tensorflow}, onnxruntime ${ort.env.versions.node}.

Both converters get the same trace, in ${rounds} rounds; each export runs in a process of its own. It ends with a file
with which onnxruntime gives the same answers as tfjs, on 10 random pictures and the 4 built-in ones. The conversion by
tf2onnx includes the start of Python and the import of TensorFlow there. Medians, with quartiles in parentheses; ratios
are taken within each round.`;
}
