// Every command that README.md and the pages behind it show is real: run as it stands where that takes seconds, else
// held to what it may say.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commands as programCommands } from '../bin/commands.ts';
import { datasetFolder, root } from '../setup/paths.mjs';
import { augmentOptions } from '../train/augment/index.ts';
import { trainCommand } from '../train/cli/command.ts';
import { familyOptions } from '../train/cli/options.ts';
import { tf } from '../train/graph/tensorflow.ts';
import { fit } from '../train/loop/fit.ts';
import { findRecipe } from '../train/recipes/index.ts';
import { createRun } from '../train/runs/run.ts';
import { saveLayers } from './export/tfjs/saved.ts';
import { digitPng } from './serve/digit.ts';
import { shippedModels } from './shipped.ts';
import { smallMnist } from './train/small-mnist.ts';

const read = (page: string) => readFileSync(join(root, page), 'utf8');
const readme = read('README.md');
/** The other pages have tests of their own, in test/docs. */
const pages = [
  readme,
  ...['training', 'figures', 'folders', 'export'].map((name) => read(`docs/${name}.md`)),
];
const scripts: Record<string, string> = JSON.parse(read('package.json')).scripts;

/** Commands of code blocks and of `code` in the text; in a block, two spaces part a command from what is said of it. */
const commands = [
  ...new Set(
    pages
      .map((page) => page.replace(/^```.*?^```$/gms, ''))
      .flatMap((page) => [...page.matchAll(/^ {4}(.+)$|`([^`]+)`/gm)])
      .map(([, line, code]) => (line ?? code ?? '').split(/ {2,}/)[0]?.trim() ?? '')
      .filter((text) => /^(npm|npx|node|curl) /.test(text)),
  ),
];
const those = (pattern: RegExp) => commands.filter((command) => pattern.test(command));

const kinds = {
  /** Too much for a test of seconds; the other tests are `npm test` itself, and test/setup, test/web-demo and test/docs. */
  named:
    /^npm (test|pack|run (setup|build|web-demo|bench|report|compare|histograms|inspect|predict|verify|evaluate|diff|quantize|results|embed|similar))\b/,
  /** Folders: test/train/datasets/folder, test/train/show/show.test.ts and test/train/lr-find. */
  folders: /^npm run (train \.\/photos|lr-find|photos|show)\b/,
  doctor: /^npm run doctor$/,
  /** Where the package is installed: too much for a test of seconds. */
  installed: /^(npm i \S+\.tgz|npm create trainyard \S+|npx trainyard (setup|init \S+))$/,
  /** The same commands in a project. */
  project: /^npx trainyard (photos|train (\.\/)?photos|export|serve|predict|evaluate|embed|similar)\b/,
  help: /^npx trainyard (help|\w+ --help)$/,
  list: /^npm run train$/,
  train: /^(npm run train|npx trainyard train) (?!.*--(cluster|workers) )(?!photos\/)\w/,
  /** Tested in test/train/cluster/tasks.test.ts. */
  tasks: /^npm run train \S+ -- .*--(cluster|workers) /,
  export: /^npm run export$/,
  /** Tested in test/train/runs/weights-of-model-file.test.ts, test/export/to and test/docs/export.test.ts. */
  from: /^npm run (train -- --from \S+|export -- .+)$/,
  /** Tested in test/train/cli/resume.test.ts, and its words in test/train/cli/pasted.test.ts. */
  resume: /^npm run train -- --resume \d{4}-\S+ --epochs \d+$/,
  exportTfjs: /^npm run export \S+\/model\.json /,
  serve: /^npm (start|run serve)$/,
  curl: /^curl .*localhost:3000\//,
  tests: /^npx vitest run \S+$/,
};

const folder = mkdtempSync(join(tmpdir(), 'trainyard-readme-'));
const folders = { runs: join(folder, 'runs'), fresh: join(folder, 'fresh'), models: join(folder, 'models') };

beforeAll(async () => {
  const recipe = findRecipe('digits', { epochs: 1, batchSize: 50 });
  await fit({ recipe, dataset: await smallMnist(1000, 100), run: createRun(folders.runs, recipe, {}) });
  // The second version is one that was trained here, as `npm start` sees it.
  for (const version of ['1', '2'])
    cpSync(shippedModels.digits, join(folders.models, 'digits', version, 'model.onnx'));
  writeFileSync(join(folder, 'digit.png'), await digitPng(0));
});
afterAll(() => rmSync(folder, { recursive: true }));

/**
 * Runs a command in a shell until it has printed `pattern`, or to its end.
 * @returns what it printed, and a function that ends it with all that it started.
 */
async function runUntil(command: string, pattern: RegExp, runs = folders.runs, cwd = root) {
  const child = spawn('sh', ['-c', command], {
    cwd,
    env: { ...process.env, TRAINYARD_RUNS: runs, TRAINYARD_REPOSITORY: folders.models, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const ended = once(child, 'close');
  let printed = '';
  await new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        printed += chunk;
        if (pattern.test(printed)) resolve();
      });
    child.once('close', resolve);
  });
  const stop = async () => {
    if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    await ended;
  };
  return { printed, stop };
}

/** Never printed: to run a command to its end. */
const END = /$^/;

test('this test knows every command', () => {
  const known = Object.values(kinds);
  expect(commands.filter((command) => !known.some((pattern) => pattern.test(command)))).toEqual([]);
  expect(commands.length).toBeGreaterThan(10);
});

test('README lists every page of docs/', () => {
  const there = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
  expect(there.filter((name) => !readme.includes(`](docs/${name})`))).toEqual([]);
});

test('every folder of the layout is there', () => {
  const layout = /## Layout\n\n((?: {4}.*\n)+)/.exec(readme)?.[1] ?? '';
  const named = [...layout.matchAll(/^ {4}([\w-]+)\//gm)].map(([, folder = '']) => folder);
  const there = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(there.map(({ name }) => name)).toEqual(expect.arrayContaining(named));
  expect(named.length).toBeGreaterThan(7);
});

test.each(those(/^npm run /))('%s: the script is there', (command) => {
  expect(Object.keys(scripts)).toContain(command.split(' ')[2]);
});

test.each(those(kinds.project))('%s: the command is there', (command) => {
  expect(programCommands.map(({ name }) => name)).toContain(command.split(' ')[2]);
});

test.each(those(/^npm run setup -- /))('%s: the options are there', async (command) => {
  const { printed } = await runUntil('node setup/main.mjs --help', END);
  for (const option of command.match(/--\w+/g) ?? []) expect(printed).toContain(option);
});

test.each(those(kinds.tests))('%s: the tests are there', (command) => {
  expect(existsSync(join(root, command.split(' ').at(-1) ?? ''))).toBe(true);
});

test.each(those(kinds.doctor))('%s', async (command) => {
  const { printed } = await runUntil(command, END);
  expect(printed).toContain(process.versions.node);
});

test.each(those(kinds.help))('%s', async (command) => {
  const { printed } = await runUntil(command, END);
  expect(printed).toMatch(/^Usage: trainyard /m);
  expect(printed).toContain('Examples:');
});

test.each(those(kinds.list))('%s', async (command) => {
  const { printed } = await runUntil(command, END);
  expect(printed).toMatch(/^Recipes:\n\s+digits /m);
});

/** The words of a training: what is trained, its options, and the recipe that they make. */
function training(command: string) {
  const [name = '', ...options] = command.replace(/^.*? train /, '').split(/ (?:-- )?/);
  const values = [...command.matchAll(/--(\w+) (\S+)/g)].map(([, option = '', value = '']) => [
    option,
    value,
  ]);
  const ofFamily = values.filter(([option = '']) => option in { ...familyOptions, ...augmentOptions });
  return { name, options, recipe: findRecipe(name, {}, Object.fromEntries(ofFamily)) };
}

test.each(those(kinds.train))('%s: recipe and options are there', async (command) => {
  const args = await trainCommand.args;
  const named = training(command).options.filter((word) => word.startsWith('--'));
  expect(Object.keys(args ?? {})).toEqual(expect.arrayContaining(named.map((word) => word.slice(2))));
});

/**
 * Each kind of training once: how long it is, its seed, and which program starts it make no other beginning.
 */
const kindsOfTraining = new Map(
  those(kinds.train).map((command) => [
    command
      .replace(/^.*? train /, '')
      .replace(/ --(?= )/g, '')
      .replace(/ --(epochs|seed) \d+/g, ''),
    command,
  ]),
);

test.for([...kindsOfTraining.values()])(
  '%s: it begins to train',
  { timeout: 180_000 },
  async (command, { skip }) => {
    const { name, recipe } = training(command);
    // Data that set-up fetches only when they are asked for would take longer than a test.
    const isThere = recipe.circles !== undefined || existsSync(datasetFolder(recipe.dataset));
    skip(!isThere, `set-up has not fetched ${recipe.dataset}, which a training of it does`);
    // Batches of 1,024 images take 23 s of a processor until it has begun, these take 9.
    const quick = recipe.batchSize > 500 ? `${command} --batch-size 64` : command;
    const { printed, stop } = await runUntil(quick, /images\/s\n|^Kill 1 of/m, folders.fresh);
    await stop();
    if (command.includes('--verify-resume')) {
      expect(printed).toMatch(/^Verifying exact resume of \w+, .*\n(.*\n)*Kill 1 of \d+: resumed at step 0/m);
      return;
    }
    const epochs = /--epochs (\d+)/.exec(command)?.[1] ?? recipe.epochs;
    expect(printed).toMatch(
      new RegExp(`^Training ${name}\\b.* on .* ${epochs} epochs?\\b.* Run \\d{4}-${name}\\.`, 'm'),
    );
    expect(printed).toMatch(
      /^ +epoch +train_loss +(valid_loss +(valid_error|MAE +RMSE +R2)|test_loss +test_error) +time +images\/s$/m,
    );
  },
);

test.each(those(kinds.exportTfjs))('%s', async (command) => {
  const { layers } = tf;
  const pooled = [layers.globalAveragePooling2d({ inputShape: [12, 12, 3] }), layers.dense({ units: 3 })];
  await saveLayers(join(folder, 'pets'), tf.sequential({ layers: pooled }));
  const { printed } = await runUntil(command.replace('pets/', `${folder}/pets/`), END);
  expect(printed).toMatch(/bytes as 0\.\.1 \(--scaling\); gives logits: a softmax is added/);
  expect(printed).toMatch(/changed labels/);
  expect(existsSync(join(folders.models, 'pets/1/model.onnx'))).toBe(true);
  rmSync(join(folders.models, 'pets'), { recursive: true });
});

test.each(those(kinds.export))('%s', async (command) => {
  const { printed } = await runUntil(command, END);
  const stages = (text: string) => [...text.matchAll(/^ +(\w+) +[\d.]+ s {2}/gm)].map(([, stage]) => stage);
  expect(stages(printed)).toEqual(stages(read('docs/export.md')));
  expect(stages(printed)).toHaveLength(6);
  rmSync(join(folders.models, 'digits', '3'), { recursive: true }); // of a network that has learned little
});

describe.each(those(kinds.serve))('%s', (command) => {
  test('answers each curl as shown', async () => {
    const { printed, stop } = await runUntil(`${command} -- --port 0`, /http:\S+\/classify/);
    try {
      const address = /http:\/\/(\S+)\/classify/.exec(printed)?.[1];
      expect(address, printed).toBeDefined();
      const shown = shape(
        JSON.parse(
          read('docs/serving.md')
            .match(/^ {4}(\{"model".*\})$/m)?.[1]
            ?.replace(/\.\.\./g, '') ?? '',
        ),
      );
      const curls = those(kinds.curl);
      expect(curls.length).toBeGreaterThan(0);
      for (const curl of curls) {
        const literal = curl.replace('localhost:3000', address ?? '').replace('curl', 'curl --silent');
        const answer = await runUntil(literal, END, folders.runs, folder);
        expect({ curl, answer: shape(JSON.parse(answer.printed)) }).toEqual({ curl, answer: shown });
      }
    } finally {
      await stop();
    }
  });
});

/** The answer's keys in order, with the type of each value; the label with its value, since the digit is a 7. */
function shape(answer: Record<string, unknown>): string[] {
  return Object.entries(answer).map(([key, value]) =>
    key === 'label' ? `${key} ${value}` : `${key} ${Array.isArray(value) ? 'array' : typeof value}`,
  );
}
