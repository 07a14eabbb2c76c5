// Commands that are printed do what they say when they are pasted: a real shell splits them, the command line reads them.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { checkWords } from '../../../bin/check-words.ts';
import { commands } from '../../../bin/commands.ts';
import { findCommand } from '../../../bin/find-command.ts';
import { command } from '../../../setup/invocation.mjs';
import { root } from '../../../setup/paths.mjs';
import { augmentBy } from '../../../train/augment/index.ts';
import { checkArguments, type RecipeArguments } from '../../../train/cli/check-arguments.ts';
import { trainCommand } from '../../../train/cli/go-on-command.ts';
import { recipeOfArguments } from '../../../train/cli/recipe-of-arguments.ts';
import { adjusted } from '../../../train/recipes/adjust.ts';
import type { Recipe } from '../../../train/recipes/index.ts';
import { lengthened } from '../../../train/recipes/lengths.ts';
import { diagnose } from '../../../train/report/advice.ts';
import { advisedCommands } from '../../../train/report/advised-commands.ts';
import { commandsOf } from '../../../train/report/sections/reproduce.ts';
import { createRun, findRun } from '../../../train/runs/run.ts';
import { runsWords } from '../../../train/runs/run-command.ts';
import { noise, type Place, temporaryPlace } from '../datasets/folder/pictures.ts';

let place: Place;
let runs: string;
let photos: string;
beforeAll(async () => {
  place = temporaryPlace();
  for (let i = 0; i < 12; i++)
    place.write(`it's "my" $photos/${i % 2 ? 'cat' : 'dog'}/${i}.png`, await noise(i).png().toBuffer());
  photos = join(place.path, `it's "my" $photos`);
  runs = mkdtempSync(join(tmpdir(), "trainyard runs & '"));
});
afterAll(() => {
  place.close();
  rmSync(runs, { recursive: true });
});

/** The words of a command as sh gives them to a program, without those that npm takes. */
function wordsOf(text: string): { name: string; words: string[] } {
  const { stdout } = spawnSync('sh', ['-c', `for word in ${text}; do printf '%s\\0' "$word"; done`]);
  const all = stdout.toString().split('\0').slice(0, -1);
  const [program, second, name = '', ...rest] = all;
  if (program === 'npm') expect(second).toBe('run');
  else expect([program, second]).toEqual(['npx', 'trainyard']);
  const dashes = program === 'npm' ? rest.indexOf('--') : -1;
  // npm keeps every option that comes before its two dashes.
  if (program === 'npm')
    expect(rest.slice(0, dashes < 0 ? undefined : dashes).filter((word) => word.startsWith('-'))).toEqual([]);
  return { name, words: rest.filter((_, i) => i !== dashes) };
}

/** What a command line asks for, with the defaults of `train`. */
async function argumentsOf(words: readonly string[]): Promise<RecipeArguments> {
  const train = findCommand(commands, 'train');
  const options = await (await train.load()).args;
  checkWords(train, words, options ?? {});
  const { parseArgs } = await import('citty');
  return parseArgs([...words], options ?? {}) as unknown as RecipeArguments;
}

async function recipeOf(words: readonly string[]): Promise<Recipe> {
  return (await recipeOfArguments(checkArguments(await argumentsOf(words)))).recipes[0];
}

describe('the commands of a report', () => {
  const cases: [string, string[]][] = [
    ['a recipe as it stands', ['digits']],
    [
      'an option of its own and every number',
      [
        'conv-mnist',
        '--init',
        'small',
        '--epochs',
        '2',
        '--batch-size',
        '64',
        '--accumulate',
        '2',
        '--learning-rate',
        '3e-4',
        '--seed',
        '-7',
        '--augment',
        'gentle',
        '--erase',
        '0.2',
      ],
    ],
    ['a recipe of steps', ['vgg-cifar', '--preset', 'raw']],
    ['a budget', ['digits', '--budget', '90s']],
    ['a budget of hours', ['digits', '--budget', '1.5h', '--epochs', '4']],
    [
      'a folder with quotes and spaces',
      ['PHOTOS', '--size', '32', '--architecture', 'resnet18', '--valid', '0.3'],
    ],
    ['a frozen backbone', ['PHOTOS', '--epochs', '6', '--freeze-epochs', '2']],
    [
      'another optimizer',
      ['PHOTOS', '--optimizer', 'muon', '--weight-decay', '0', '--dropout', '0.5', '--average', '0.9'],
    ],
    [
      'regularization',
      ['fc-mnist', '--optimizer', 'adamw', '--weight-decay', '0.1', '--label-smoothing', '0.1'],
    ],
    ['a frozen backbone of few epochs', ['PHOTOS', '--epochs', '1']],
    [
      'a backbone that is not frozen',
      ['PHOTOS', '--freeze-epochs', '0', '--crop', 'stretch', '--learning-rate', '0.002'],
    ],
    [
      'classes of unequal size',
      ['PHOTOS', '--class-weights', 'balanced', '--sampling', 'balanced', '--focal', '2'],
    ],
    ['first weights', ['digits', '--from', '0001-digits', '--epochs', '2']],
  ];

  it.each(cases)('train the same recipe again: %s', async (_, given) => {
    const words = given.map((word) => (word === 'PHOTOS' ? photos : word));
    const asked = [...words, '--precision', 'float32'];
    const from = words.includes('--from') ? words[words.indexOf('--from') + 1] : undefined;
    const recipe = await recipeOf(asked);
    const run = createRun(runs, recipe, from === undefined ? {} : { from });
    const all = commandsOf(run, recipe, 'interrupted').map(([, text]) => wordsOf(text));
    const [again, goOn] = all;
    expect(await recipeOf(again?.words ?? [])).toEqual(recipe);
    const args = await argumentsOf(again?.words ?? []);
    expect([args.runs, args.fresh, args.from]).toEqual([runs, true, from]);
    expect(checkArguments(await argumentsOf(goOn?.words ?? [])).resume?.run).toBe(run.name);
    for (const { name, words: each } of all) {
      const definition = findCommand(commands, name);
      checkWords(definition, each, (await (await definition.load()).args) ?? {});
      expect(findRun(each[each.indexOf('--runs') + 1] ?? '', run.name)).toEqual(run);
    }
  });

  it('begin with the first length of a run that was given more epochs, and name no other', async () => {
    const recipe = await recipeOf(['digits', '--epochs', '2', '--precision', 'float32']);
    const run = createRun(runs, lengthened(recipe, 5, 60), {});
    const [again] = commandsOf(run, lengthened(recipe, 5, 60), 'finished');
    expect(await recipeOf(wordsOf(again?.[1] ?? '').words)).toEqual(recipe);
  });
});

describe('what a report advises', () => {
  const of = (errorRate: number) => ({ n: 10_000, errorRate, loss: 1, confidence: 0.99 });
  const row = { lookedAt: 0, time: 0, seconds: 1, errorRate: 0.1, learningRate: 0.01 };
  const history = [
    { ...row, epoch: 1, step: 100, trainLoss: 1, validLoss: 0.5 },
    { ...row, epoch: 2, step: 200, trainLoss: 0.5, validLoss: 0.9 },
  ];
  const errors = {
    bias: { train: of(0.3), test: of(0.31) },
    variance: { train: of(0.01), test: of(0.3) },
    neither: { train: of(0), test: of(0) },
  };

  it.each([
    [['digits', '--epochs', '2', '--budget', '90s']],
    [['vgg-cifar', '--preset', 'raw']],
    [['PHOTOS', '--architecture', 'resnet18', '--size', '16', '--dropout', '0.1', '--augment', 'none']],
    [['PHOTOS', '--size', '32', '--epochs', '1']],
  ])('are commands that train what was trained, but for what is advised: %j', async (given) => {
    const recipe = await recipeOf(given.map((word) => (word === 'PHOTOS' ? photos : word)));
    const run = createRun(runs, recipe, {});
    for (const statistics of Object.values(errors))
      for (const line of diagnose(statistics, recipe, history).advice) {
        const advised = [...line.matchAll(/`(--[^`]+)`/g)].map(([, text = '']) => text);
        const texts = advisedCommands(line, run, recipe);
        expect(texts).toHaveLength(advised.length);
        for (const [i, text] of texts.entries()) {
          const { name, words } = wordsOf(text);
          const definition = findCommand(commands, name);
          checkWords(definition, words, (await (await definition.load()).args) ?? {});
          expect(words.join(' ')).toContain(advised[i]);
          const said = words.filter((word) => word.startsWith('--'));
          expect(new Set(said).size).toBe(said.length);
          if (name !== 'train') continue;
          const args = await argumentsOf(words);
          const made = await recipeOf(words);
          const { architecture, seeds, epochs } = args;
          if (seeds !== undefined) expect(made).toEqual({ ...recipe, precision: made.precision });
          else if (advised[i]?.startsWith('--architecture')) {
            const usual = await recipeOf([
              photos,
              '--architecture',
              String(architecture),
              '--augment',
              'none',
            ]);
            expect(made).toEqual({ ...usual, precision: made.precision, options: made.options });
          } else {
            const { chosen, ...asked } = checkArguments(args);
            const own = adjusted(recipe, asked);
            expect(made).toEqual({
              ...own,
              ...{ augment: augmentBy(own.augment, chosen), options: made.options },
              budget: advised[i] === `--epochs ${epochs}` ? undefined : recipe.budget,
            });
            expect(made).not.toEqual(recipe);
          }
        }
      }
  });
});

describe('what lr-find prints last', () => {
  it('trains what was asked for, with that rate', async () => {
    const given = [photos, '--size', '32', '--architecture', 'resnet18', '--batch-size', '4', '--seed', '3'];
    const args = { ...(await argumentsOf([...given, '--precision', 'float32', '--runs', runs])) };
    const asked = checkArguments(args);
    const text = trainCommand(asked, { ...args, 'learning-rate': '1.2e-3' }, [
      'start',
      'end',
      'steps',
      'fresh',
    ]);
    const recipe = await recipeOf(wordsOf(text).words);
    expect(recipe).toMatchObject({ batchSize: 4, seed: 3, precision: 'float32', dataset: photos });
    expect(recipe.schedule.learningRate).toBe(1.2e-3);
    expect((await argumentsOf(wordsOf(text).words)).runs).toBe(runs);
  });
});

describe('every word of a path', () => {
  it.each([
    '~/pets',
    '<pets>',
    'a>b',
    'a b',
    "it's",
    '$HOME',
    'a;b',
    'a&b',
    '*',
    '#a',
    '(a)',
    '!a',
    '`a`',
    'ü',
    '\\',
    '',
  ])('is what it was after a shell has read it: %j', (word) => {
    expect(wordsOf(command('show', [word])).words).toEqual([word]);
  });
});

describe('--runs', () => {
  it('is named unless the runs are where they are without it, whatever another shell has set', () => {
    expect(runsWords(join(root, 'runs'))).toEqual([]);
    expect(runsWords('elsewhere')).toEqual(['--runs', join(process.cwd(), 'elsewhere')]);
    vi.stubEnv('TRAINYARD_RUNS', 'elsewhere');
    expect(runsWords('elsewhere')).toEqual(['--runs', join(process.cwd(), 'elsewhere')]);
    vi.unstubAllEnvs();
  });
});

/** Commands in the text of sources: of the pages and of messages, as far as they stand there word for word. */
function printedIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|mjs|md)$/.test(name) && existsSync(join(root, folder, name)))
    .flatMap((name) => {
      // Comments show what is not to be typed as well.
      const text = readFileSync(join(root, folder, name), 'utf8').replace(/^\s*\/\/.*$/gm, '');
      return [
        ...text.matchAll(
          /(?<=`|^ {4}|'|>)(?:npm run|npx trainyard) ([a-z-]+)((?: [^`'<>\n]*?)?)(?=`|'|<| {2}|$)/gm,
        ),
      ].map(([found]) => found.replace(/\\$/, '').trim());
    });
}

describe('commands that stand in sources and pages', () => {
  const folders = ['train', 'export', 'serve', 'bin', 'docs'];
  const texts = [...new Set(folders.flatMap(printedIn))].filter((text) => !/[$…]|\.\.\.|\.$/.test(text));
  const scripts = new Set(Object.keys(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts));
  const ours = new Set(commands.map(({ name }) => name));

  it('are found', () => expect(texts.length).toBeGreaterThan(60));

  it.each(texts)('%s', async (text) => {
    const { name, words } = wordsOf(text);
    if (!ours.has(name)) return void expect([...scripts]).toContain(name);
    const definition = findCommand(commands, name);
    const options = (await (await definition.load()).args) ?? {};
    // A name alone, in the midst of a sentence, says which command is meant.
    if (words.length > 0) checkWords(definition, words, options);
  });
});

/** Options that texts for a user name: in strings and templates of sources, not in comments, and in pages. */
function optionsNamedIn(folder: string): [option: string, where: string][] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|mjs)$/.test(name))
    .flatMap((name) => {
      const text = readFileSync(join(root, folder, name), 'utf8').replace(/^\s*(\/\/|\/?\*).*$/gm, '');
      return [...text.matchAll(/(?<=[ `("'])--([a-z][a-z0-9-]*)(?=[ `.,;)"'])/g)].map(
        ([, option = '']): [string, string] => [option, join(folder, name)],
      );
    });
}

describe('options that texts of sources name', () => {
  const FOREIGN = new Set([
    ...['graphdef', 'inputs', 'output', 'outputs', 'rename-inputs', 'rename-outputs'], // tf2onnx
    ...['expose-gc', 'gpus', 'data-binary'], // V8, docker, curl
    ...['c1', 'sheet', 'quiet'], // variables of style sheets
    'working', // a count that is lowered
  ]);

  it('are those of a command', async () => {
    const known = new Set<string>(['help', 'version']);
    for (const each of commands)
      for (const name of Object.keys((await (await each.load()).args) ?? {}))
        known.add(name).add(`no-${name}`);
    const named = ['train', 'export', 'serve', 'bin', 'hub', 'models'].flatMap(optionsNamedIn);
    expect(named.length).toBeGreaterThan(100);
    expect(named.filter(([option]) => !known.has(option) && !FOREIGN.has(option))).toEqual([]);
  });
});
