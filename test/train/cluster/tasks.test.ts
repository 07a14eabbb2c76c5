// Several tasks train one network, as processes that meet on loopback: the bytes of their checkpoints, and what comes of a
// task that is killed, stopped, interrupted, or given something else.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { commandFile } from '../../../setup/paths.mjs';
import { readCheckpoint } from '../../../train/runs/checkpoint.ts';
import { trainyard } from '../../command.ts';
import { draw, projectWith, recipeFile } from '../project/support.ts';
import { connects, otherAddresses } from './connects.ts';

const network = (name: string, layer: string) => `
const ${name} = defineArchitecture({ name: '${name}', options: {}, build: (_, classes) => (net, x) => {
  const maps = nn.relu(${layer}(nn.conv2d(net, 'c1', x, { filters: 6, kernel: 5 })));
  return nn.dense(net, 'logits', nn.dropout(net, 'drop', nn.flatten(nn.maxPool(maps)), 0.3), { units: classes });
} });`;
const recipe = (name: string) =>
  `defineRecipe({ name: '${name}', dataset: bars, architecture: ${name}({}), augment: {}, batchSize: 12, epochs: 40,
    schedule: { name: 'one-cycle', learningRate: 0.02 }, optimizer: { name: 'momentum' }, average: { decay: 0.9 },
    lookahead: { every: 3, decay: 0.5 }, precision: 'float32' })`;
const project = projectWith({
  'draw.ts': draw,
  'trainyard.config.ts': recipeFile(`
    ${network('plain', '')}
    ${network('normed', "((y) => nn.batchNorm(net, 'norm', y))")}
    export default defineConfig({ recipes: [${recipe('plain')}, ${recipe('normed')}] });`),
});
const work = mkdtempSync(join(tmpdir(), 'trainyard-tasks-'));
afterAll(() => rmSync(work, { recursive: true }));

// A processor for each: how many threads share a product decides its last bits.
const env = { ...process.env, TF_NUM_INTRAOP_THREADS: '1' };

interface Task {
  readonly child: ChildProcess;
  readonly text: () => string;
  readonly status: Promise<number | null>;
}

function train(runs: string, words: string): Task {
  const all = [
    'train',
    ...words.split(' '),
    '--precision',
    'float32',
    '--no-live',
    '--runs',
    join(work, runs),
  ];
  const child = spawn(process.execPath, [commandFile, ...all], { cwd: project, env });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data) => {
      text += data;
    });
  return { child, text: () => text, status: once(child, 'close').then(([status]) => status) };
}

/** Ends with a text that says why, unless the status is the one that is expected. */
async function ends(task: Task, status = 0): Promise<string> {
  const ended = await task.status;
  if (ended !== status) throw new Error(`ended with ${ended} for ${status}: ${task.text()}`);
  return task.text();
}

async function cluster(count: number): Promise<string> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => Object(server.address()).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports.map((port) => `127.0.0.1:${port}`).join();
}

/** Starts all tasks of a training; only the first one is told of the folder of runs. */
async function trainAll(runs: string, count: number, words: string): Promise<Task[]> {
  const addresses = await cluster(count);
  return Array.from({ length: count }, (_, task) =>
    train(task === 0 ? runs : `none-${task}`, `${words} --cluster ${addresses} --task ${task}`),
  );
}

/** Waits until the first task has evaluated an epoch. */
async function reaches(task: Task, epoch: number): Promise<void> {
  while (!new RegExp(`^ +${epoch} `, 'm').test(task.text())) {
    if (task.child.exitCode !== null) throw new Error(`ended before epoch ${epoch}: ${task.text()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Process numbers of what a task has started. Reference: proc_pid_task(5). */
function children({ child: { pid } }: Task): string[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
}

/** Whether a process is there, and more than what its parent has not asked about yet. */
function isRunning(pid: string | undefined): boolean {
  const file = `/proc/${pid}/stat`;
  return existsSync(file) && !/\) Z /.test(readFileSync(file, 'utf8'));
}

const checkpoint = (runs: string, name: string) => join(work, runs, `0001-${name}`, 'last.safetensors');

/** A training of one process that computes each batch in parts, once for all tests. */
const alone = new Map<string, Promise<string>>();
function aloneInParts(name: string, parts: number): Promise<string> {
  const runs = `alone-${name}-${parts}`;
  const trained = alone.get(runs) ?? ends(train(runs, `${name} --accumulate ${parts}`)).then(() => runs);
  alone.set(runs, trained);
  return trained;
}

describe('several tasks', () => {
  // Two of them below, where one is killed.
  it('three of them are one that computes its batches in parts, to the byte', async () => {
    const tasks = await trainAll('tasks-3', 3, 'plain');
    await Promise.all(tasks.map((task) => ends(task)));
    const expected = readFileSync(checkpoint(await aloneInParts('plain', 3), 'plain'));
    expect(readFileSync(checkpoint('tasks-3', 'plain')).equals(expected)).toBe(true);
    // The others have saved nothing.
    expect(existsSync(join(work, 'none-1'))).toBe(false);
  }, 120_000);

  it('processes of one machine by --workers have the weights of parts, and the means of their statistics', async () => {
    await ends(train('workers', 'normed --workers 2'));
    const [own, parts] = [
      checkpoint('workers', 'normed'),
      checkpoint(await aloneInParts('normed', 2), 'normed'),
    ].map((path) => readCheckpoint(path).tensors);
    let statistics = 0;
    for (const [name, { values }] of own ?? []) {
      const expected = parts?.get(name)?.values ?? new Float32Array();
      if (!name.includes('moving_')) expect(values, name).toEqual(expected);
      else {
        statistics++;
        // Of parts one after the other, the last one weighs most: 0.1 of a statistic whose parts differ by a tenth.
        for (const [i, value] of values.entries())
          expect(Math.abs(value - (expected[i] ?? 0)), name).toBeLessThan(
            0.05 * Math.abs(expected[i] ?? 0) + 0.02,
          );
      }
    }
    expect(statistics).toBeGreaterThan(0);
  }, 120_000);

  it.each([
    ['the first', 0],
    ['another', 1],
  ] as const)(
    'when %s is killed, the other ends and names it; all again end with the same bytes',
    async (_, victim) => {
      const runs = `killed-${victim}`;
      const tasks = await trainAll(runs, 2, 'plain');
      const [first, other] = [tasks[0], tasks[1 - victim]];
      if (first === undefined || other === undefined) throw new Error('there are two tasks');
      await reaches(first, 3);
      tasks[victim]?.child.kill('SIGKILL');
      expect(await ends(other, 1)).toMatch(
        new RegExp(`Task ${victim} \\(127\\.0\\.0\\.1:\\d+\\) has ended, or cannot be reached`),
      );
      expect(existsSync(checkpoint(runs, 'plain'))).toBe(true);
      const again = await trainAll(runs, 2, 'plain');
      const [text = ''] = await Promise.all(again.map((task) => ends(task)));
      expect(text).toContain('Going on with 0001-plain');
      const expected = readFileSync(checkpoint(await aloneInParts('plain', 2), 'plain'));
      expect(readFileSync(checkpoint(runs, 'plain')).equals(expected)).toBe(true);
    },
    120_000,
  );

  it('one that is stopped, and answers nobody, ends the other', async () => {
    const [first, stopped] = await trainAll('stopped', 2, 'plain --epochs 4000');
    if (first === undefined || stopped === undefined) throw new Error('there are two tasks');
    await reaches(first, 3);
    stopped.child.kill('SIGSTOP');
    expect(await ends(first, 1)).toMatch(/Task 1 \(127\.0\.0\.1:\d+\) has ended, or cannot be reached/);
    stopped.child.kill('SIGKILL');
  }, 120_000);

  it('one whose words nobody reads ends too when another is stopped', async () => {
    const [stopped, other] = await trainAll('unread', 2, 'plain --epochs 4000');
    if (stopped === undefined || other === undefined) throw new Error('there are two tasks');
    await reaches(stopped, 3);
    other.child.stderr?.destroy();
    stopped.child.kill('SIGSTOP');
    expect(await other.status).toBe(1);
    stopped.child.kill('SIGKILL');
  }, 60_000);

  it.each(['preparing', 'training'])(
    'the processes of --workers end when the first one is killed in %s',
    async (stage) => {
      const first = train(`orphans-${stage}`, 'plain --epochs 4000 --workers 2');
      while (children(first).length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
      const [worker] = children(first);
      if (stage === 'training') await reaches(first, 3);
      first.child.kill('SIGKILL');
      await first.status;
      while (isRunning(worker)) await new Promise((resolve) => setTimeout(resolve, 10));
      expect(existsSync(join(work, `orphans-${stage}`, '0001-plain'))).toBe(stage === 'training');
    },
    60_000,
  );

  it('a Ctrl-C at any of them saves the training and ends all', async () => {
    const tasks = await trainAll('interrupted', 2, 'plain --epochs 4000');
    const [first, other] = tasks;
    if (first === undefined || other === undefined) throw new Error('there are two tasks');
    await reaches(first, 3);
    // Which is for tasks of this machine alone, where TensorFlow listens for all.
    const ports = other.child.spawnargs.join().match(/(?<=127\.0\.0\.1:)\d+/g) ?? [];
    expect(ports).toHaveLength(2);
    for (const port of ports)
      for (const host of ['127.0.0.1', ...otherAddresses()])
        expect(await connects(Number(port), host), host).toBe(host === '127.0.0.1');
    other.child.kill('SIGINT');
    const [text = '', others = ''] = await Promise.all(tasks.map((task) => ends(task, 130)));
    const [, step, again] =
      /saved at step (\d+)\. Go on: .* --resume 0001-plain (.*)\. All other tasks: the same commands as before/.exec(
        text,
      ) ?? [];
    expect(again).toContain(`--cluster ${first.child.spawnargs.find((word) => word.includes(','))} --task 0`);
    expect(others).toContain(`Task 1 is done after step ${step}, interrupted`);
    expect(readCheckpoint(checkpoint('interrupted', 'plain')).progress.step).toBe(Number(step));
  }, 120_000);

  it('ones that would train something else say what, and none trains', async () => {
    const addresses = await cluster(2);
    const [first, other] = ['1', '2'].map((seed, task) =>
      train(`different-${task}`, `plain --seed ${seed} --cluster ${addresses} --task ${task}`),
    );
    if (first === undefined || other === undefined) throw new Error('there are two tasks');
    expect(await ends(other, 1)).toContain(
      "Task 1 would train something else than task 0: its recipe has seed 2, task 0's has 1. Give all of them the same options.",
    );
    expect(await ends(first, 1)).toMatch(
      /Task 1 \(.*\) would train something else than task 0: its own message says what/,
    );
    expect(existsSync(join(work, 'different-0', '0001-plain'))).toBe(false);
  }, 120_000);
});

it('an interruption while it waits for others leaves no run; a run that is not here is told of', async () => {
  const addresses = await cluster(2);
  const waiting = train('waiting', `plain --cluster ${addresses} --task 0`);
  while (!waiting.text().includes('waits for task 1'))
    await new Promise((resolve) => setTimeout(resolve, 10));
  waiting.child.kill('SIGINT');
  expect(await ends(waiting, 130)).toContain('Interrupted before training');
  expect(existsSync(join(work, 'waiting', '0001-plain'))).toBe(false);
  const { status, stderr } = await trainyard(
    ...[
      'train',
      '--resume',
      '0001-plain',
      '--cluster',
      addresses,
      '--task',
      '1',
      '--runs',
      join(work, 'elsewhere'),
    ],
  );
  expect(status).toBe(1);
  expect(stderr).toMatch(/There is no run.*give the other tasks what they were given at first/);
}, 60_000);
