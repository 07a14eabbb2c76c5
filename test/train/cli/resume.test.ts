// `train --resume`: more epochs for a finished run, what it says of them, and what it refuses.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkArguments } from '../../../train/cli/check-arguments.ts';
import { goingOn } from '../../../train/cli/go-on.ts';
import { goOnCommand } from '../../../train/cli/go-on-command.ts';
import { findRecipe, type Recipe } from '../../../train/recipes/index.ts';
import { readCheckpoint, writeCheckpoint } from '../../../train/runs/checkpoint.ts';
import { createRun, findRun, type Run, readRecipe } from '../../../train/runs/run.ts';
import { trainyard } from '../../command.ts';

const runs = mkdtempSync(join(tmpdir(), 'trainyard-resume-'));
afterAll(() => rmSync(runs, { recursive: true }));

const rows = (run: Run) => readFileSync(join(run.folder, 'metrics.csv'), 'utf8').trim().split('\n').slice(1);

describe('train --resume --epochs', () => {
  let run: Run;
  beforeAll(async () => {
    await trainyard(
      ...['train', 'fc-mnist', '--epochs', '1', '--batch-size', '2000', '--no-live', '--runs', runs],
    );
    run = findRun(runs, '0001-fc-mnist');
  });

  it('trains a finished run for more epochs, and says what that does to the learning rate', async () => {
    const [before, best] = [rows(run), readFileSync(run.best)];
    const { status, stdout } = await trainyard(
      ...['train', '--resume', run.name, '--epochs', '2', '--no-live', '--runs', runs],
    );
    expect(status).toBe(0);
    expect(stdout).toContain(
      '0001-fc-mnist has trained 1 epoch; it goes on to 2 epochs in all. Its learning rate stays 0.001 (schedule constant).',
    );
    expect(rows(run)).toHaveLength(2);
    expect(rows(run).slice(0, 1)).toEqual(before);
    // Another epoch is the best one only where it is better.
    const { history } = readCheckpoint(run.last).progress;
    const isBetter = (history[1]?.errorRate ?? 1) < (history[0]?.errorRate ?? 0);
    expect(readFileSync(run.best).equals(best)).toBe(!isBetter);
    expect(readFileSync(join(run.folder, 'report.html'), 'utf8')).toContain('2 / 2');
    expect(existsSync(join(run.folder, 'lock'))).toBe(false);
  });

  it('says of a run that is done that it is done, and how it gets more', async () => {
    for (const more of [[], ['--epochs', '2']]) {
      const { status, stdout } = await trainyard('train', '--resume', run.name, ...more, '--runs', runs);
      expect(status).toBe(0);
      expect(stdout).toContain('0001-fc-mnist is done already: it has trained 2 epochs.');
      expect(stdout).toContain(`More: npm run train -- --resume 0001-fc-mnist --epochs 4 --runs ${runs}`);
    }
    const { status, stderr } = await trainyard(
      'train',
      '--resume',
      run.name,
      '--epochs',
      '1',
      '--runs',
      runs,
    );
    expect(status).toBe(1);
    expect(stderr).toContain(
      'has trained 2 epochs already. --epochs counts all of a run: name more than that',
    );
  });

  it('is not trained again where a number of seeds is given, be it one', async () => {
    const folder = join(runs, 'seeds');
    const once = ['train', 'fc-mnist', '--epochs', '1', '--batch-size', '2000', '--seeds', '1', '--no-live'];
    await trainyard(...once, '--runs', folder);
    const { status, stdout } = await trainyard(...once, '--runs', folder);
    expect(status).toBe(0);
    expect(stdout).toContain('0001-fc-mnist is done already: it has trained 1 epoch.');
    expect(existsSync(join(folder, '0002-fc-mnist'))).toBe(false);
  });

  it('takes the path of a run for where it is', () => {
    expect(findRun('elsewhere', run.folder)).toEqual(run);
  });
});

describe('goingOn', () => {
  const shaped = (schedule: Recipe['schedule'], step: number): Run => {
    const recipe = { ...findRecipe('digits', { epochs: 10 }), schedule };
    const made = createRun(runs, recipe, {});
    const progress = {
      step,
      stepsPerEpoch: 10,
      lossSum: 0,
      history: [],
      datasetDigests: { train: '', validation: '' },
    };
    writeCheckpoint(made.last, { recipe, progress, tensors: new Map() });
    return made;
  };

  // By hand: half a cosine from 1 to 0 over 200 steps is at step 100 half way down, and 6.2e-5 before its last step.
  it.each<[Recipe['schedule'], number, number, string]>([
    [
      { name: 'cosine', learningRate: 1 },
      100,
      20,
      'was 0.00025 at last. It goes on as a training of 20 epochs has it from there (schedule cosine): from 0.5 to 0.000062.',
    ],
    [{ name: 'constant', learningRate: 0.3 }, 100, 20, 'stays 0.3 (schedule constant).'],
    // 0.1 of the peak at half of the steps, 0.01 at three quarters.
    [
      { name: 'step', learningRate: 1 },
      100,
      16,
      'was 0.01 at last. It goes on as a training of 16 epochs has it from there (schedule step): from 0.1 to 0.01.',
    ],
    // Up for a quarter of 1,000 steps: a run of ten times the length is still warming up.
    [{ name: 'one-cycle', learningRate: 1 }, 100, 100, 'from 0.37, over 1, to 0.000014.'],
    // Fewer, for a run that is on its way: it comes to its end sooner.
    [
      { name: 'cosine', learningRate: 1 },
      40,
      5,
      'has trained 4 epochs; it goes on to 5 epochs in all. Its learning rate was 0.67 at last.',
    ],
  ])('says what %j at step %i does with %i epochs', async (schedule, step, epochs, words) => {
    const { isDone, change } = await goingOn(
      shaped(findRecipe('digits', { schedule: schedule as never }).schedule, step),
      epochs,
    );
    expect(isDone).toBe(false);
    expect(change).toContain(words);
  });

  it('changes nothing of a run before its data are known to be the same', () => {
    const made = shaped(findRecipe('digits').schedule, 100);
    const before = readRecipe(made);
    goingOn(made, 20);
    expect(readRecipe(made)).toEqual(before);
  });
});

describe('what does not fit', () => {
  it.each<[Record<string, unknown>, string]>([
    [
      { recipe: 'digits' },
      '--resume 0001-digits goes on with what that run trains; received "digits" as well.',
    ],
    [
      { 'learning-rate': '0.1' },
      '--learning-rate does not fit beside --resume: a run keeps its recipe, but for --epochs.',
    ],
    [{ 'batch-size': '8' }, '--batch-size does not fit beside --resume'],
    [
      { 'freeze-epochs': '1' },
      'start a new run from these weights: name what to train, with --from 0001-digits and this option.',
    ],
    [{ seed: '2' }, '--seed does not fit'],
    [{ precision: 'float32' }, '--precision does not fit'],
    [{ architecture: 'resnet18' }, '--architecture does not fit'],
    [{ augment: 'none' }, '--augment does not fit'],
    [{ init: 'small' }, '--init does not fit'],
    [{ backbone: 'x.onnx' }, '--backbone does not fit'],
    [{ seeds: '3' }, 'Give the command that began with --seeds once more, without --resume.'],
    [{ fresh: true }, 'Leave one of the two out.'],
    [{ budget: '10m' }, 'the length of a run is --epochs'],
    [{ plan: true }, 'it measures a new training'],
    [{ 'verify-resume': true }, 'it trains runs of its own'],
  ])('beside --resume: %j', (args, message) => {
    expect(() => checkArguments({ ...defaults, resume: '0001-digits', ...args })).toThrow(message);
  });

  it('takes how a run is watched and kept', () => {
    const args = { epochs: '5', keep: '2', live: false, tensorboard: true, 'max-memory': '2g', json: true };
    expect(checkArguments({ ...defaults, resume: 'a', ...args })).toMatchObject({
      epochs: 5,
      resume: { run: 'a' },
    });
  });

  it.each<[string[], string]>([
    [
      ['--from', '0001-digits'],
      '--from 0001-digits gives the first weights alone. To go on with a run, name it after --resume.',
    ],
    [['--epochs', '3'], 'Name what to train, a recipe or a folder of pictures; received --epochs alone.'],
    [['--plan'], 'received --plan alone.'],
    [['--workers', '2'], 'received --workers alone.'],
    [['--no-live'], 'received --live alone.'],
  ])('nothing to train: %j', async (words, message) => {
    const { status, stdout, stderr } = await trainyard('train', ...words);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain(message);
  });

  it('lists the recipes as JSON', async () => {
    const { stdout } = await trainyard('train', '--json');
    expect(JSON.parse(stdout).recipes).toContainEqual(expect.objectContaining({ name: 'digits' }));
  });
});

/** Options as the command has them where they are not given. */
const defaults = { runs, precision: 'auto', live: true, steps: '40', kills: '20' };

describe('the command that goes on', () => {
  const run = { name: '0002-digits', folder: join(runs, '0002-digits') };
  const asked = { subject: { kind: 'recipe', name: 'digits' } as const, runs };
  it.each<[Record<string, unknown>, string]>([
    [
      { epochs: '5', keep: '3', live: false },
      `npm run train -- --resume 0002-digits --no-live --keep 3 --runs ${runs}`,
    ],
    // One process alone would take its time.
    [{ epochs: '5', workers: '2' }, `npm run train -- --resume 0002-digits --workers 2 --runs ${runs}`],
    [
      { cluster: 'one:1,two:1', task: '0' },
      `npm run train -- --resume 0002-digits --cluster one:1,two:1 --task 0 --runs ${runs}`,
    ],
    // One seed alone would leave the others and the comparison out.
    [{ seeds: '3', epochs: '5', fresh: true }, `npm run train digits -- --epochs 5 --seeds 3 --runs ${runs}`],
  ])('of %j', (args, expected) => {
    expect(goOnCommand(run, asked, { ...defaults, ...args })).toBe(expected);
  });
});
