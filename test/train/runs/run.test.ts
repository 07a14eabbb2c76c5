// Runs by their folders: which are found, which go on, and what is said of those that cannot.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../../../models/errors.ts';
import { command } from '../../../setup/invocation.mjs';
import { workFolder } from '../../../setup/paths.mjs';
import { findRecipe, type Recipe } from '../../../train/recipes/index.ts';
import { type TrainingProgress, writeCheckpoint } from '../../../train/runs/checkpoint.ts';
import { lockRun } from '../../../train/runs/lock.ts';
import {
  createRun,
  findFinished,
  findOfOtherCode,
  findRun,
  findUnfinished,
  firstWeightsOf,
  isFinished,
  listRuns,
  type Run,
  readLast,
  readRecipe,
  recoveryAdvice,
  returnToBest,
  startOverCommand,
  writeMetrics,
  writeRecipe,
} from '../../../train/runs/run.ts';
import { runCommand, runsWords } from '../../../train/runs/run-command.ts';

const recipe = findRecipe('digits', { epochs: 2 });
const digests = { train: 'a', validation: 'b' };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trainyard-run-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A checkpoint after so many steps, five of them an epoch. */
function save(
  run: Run,
  step: number,
  which: 'last' | 'best' = 'last',
  of: Partial<TrainingProgress> = {},
): void {
  const progress = { step, stepsPerEpoch: 5, lossSum: 0, history: [], datasetDigests: digests, ...of };
  writeCheckpoint(run[which], { recipe, progress, tensors: new Map() });
}

const newRun = (of: Recipe = recipe, step?: number): Run => {
  const run = createRun(folder, of, { node: '20' });
  if (step !== undefined) save(run, step);
  return run;
};

const namesOf = (runs: readonly Run[]) => runs.map(({ name }) => name);

describe('createRun', () => {
  it('numbers runs one after another, and writes recipe and environment', () => {
    const [first, second] = [newRun(), newRun(findRecipe('fc-mnist'))];
    expect(namesOf([first, second])).toEqual(['0001-digits', '0002-fc-mnist']);
    expect(first).toEqual({
      name: '0001-digits',
      folder: join(folder, '0001-digits'),
      last: join(folder, '0001-digits', 'last.safetensors'),
      best: join(folder, '0001-digits', 'best.safetensors'),
    });
    expect(readRecipe(first)).toEqual(recipe);
    expect(readFileSync(join(first.folder, 'environment.json'), 'utf8')).toBe('{\n  "node": "20"\n}\n');
    expect(readdirSync(first.folder).sort()).toEqual(['environment.json', 'recipe.json']);
  });

  it('goes on after the largest number, whatever else is there, in a folder that it makes', () => {
    mkdirSync(join(folder, '0041-other'));
    mkdirSync(join(folder, 'notes'));
    expect(newRun().name).toBe('0042-digits');
    const inner = join(folder, 'a', 'b');
    expect(createRun(inner, recipe, {}).folder).toBe(join(inner, '0001-digits'));
  });

  it('takes the next number where another training has been faster', () => {
    // Asked for its name, after the look at the numbers, this one lets another be faster.
    let asked = 0;
    const slow: Recipe = {
      ...recipe,
      get name() {
        if (asked++ === 0) createRun(folder, recipe, {});
        return recipe.name;
      },
    };
    expect(createRun(folder, slow, {}).name).toBe('0002-digits');
    expect(namesOf(listRuns(folder))).toEqual(['0001-digits', '0002-digits']);
  });

  it('leaves nothing that looks like a run when it fails, and says what went wrong', () => {
    const full = () => {
      throw new UserError('The disk is full');
    };
    expect(() => createRun(folder, recipe, {}, full)).toThrow('The disk is full');
    expect(readdirSync(folder)).toEqual([]);
    const wanted = join(folder, 'file');
    writeFileSync(wanted, '');
    expect(() => createRun(join(wanted, 'runs'), recipe, {})).toThrow(/file/);
    expect(() => createRun(folder, { ...recipe, name: 'no/name' }, {})).toThrow(/ENOENT/);
  });

  it('tells who claims it before anybody else can know of it', () => {
    createRun(folder, recipe, {}, (run) => {
      expect(existsSync(run.folder)).toBe(true);
      expect(listRuns(folder)).toEqual([]);
    });
  });
});

describe('listRuns', () => {
  it('has those with a recipe, by their numbers', () => {
    for (const name of ['0002-b', '10000-c', '9999-a', '0003-bare', 'x0001-d', '001-e', '0005']) {
      mkdirSync(join(folder, name));
      if (name !== '0003-bare') writeFileSync(join(folder, name, 'recipe.json'), '{}');
    }
    expect(namesOf(listRuns(folder))).toEqual(['0002-b', '9999-a', '10000-c']);
    expect(listRuns(join(folder, 'none'))).toEqual([]);
  });
});

describe('findRun', () => {
  it('finds the newest with a checkpoint, or that of a name or path', () => {
    const [first, , third, fourth] = [newRun(recipe, 5), newRun(recipe, 5), newRun(recipe, 5), newRun()];
    expect(findRun(folder)).toEqual(third);
    expect(findRun(folder, '0004-digits')).toEqual(fourth);
    expect(findRun(folder, '0001-digits/')).toEqual(first);
    expect(findRun(folder, 'runs/0001-digits//')).toEqual(first);
    // A path says where it is, also in another folder of runs.
    const elsewhere = createRun(join(folder, 'other'), recipe, {});
    expect(findRun(folder, elsewhere.folder)).toEqual(elsewhere);
    expect(findRun(folder, relative(process.cwd(), `${elsewhere.folder}/`))).toEqual(elsewhere);
  });

  it('says which there are where there is none of the name', () => {
    const message = (name: string) => {
      try {
        return findRun(folder, name).name;
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
        return (error as Error).message;
      }
    };
    expect(message('mine')).toBe(`There is no run "mine" in ${folder}. There are: none.`);
    newRun();
    newRun();
    expect(message('mine')).toBe(`There is no run "mine" in ${folder}. There are: 0001-digits, 0002-digits.`);
    expect(message('0001-digts')).toBe(
      `There is no run "0001-digts" in ${folder}. Did you mean \`0001-digits\`?`,
    );
    // A folder of that name without a recipe is none.
    mkdirSync(join(folder, '0007-bare'));
    expect(message(join(folder, '0007-bare'))).toContain('There is no run');
  });

  it('says how to make one where none has a checkpoint', () => {
    newRun();
    expect(() => findRun(folder)).toThrow(
      `No run in ${folder} has a checkpoint yet. \`${command('train', ['digits', '--runs', folder])}\` makes one.`,
    );
  });
});

describe('of the same recipe', () => {
  it('the newest run goes on where it was interrupted, and is finished at its last step', () => {
    const first = newRun(recipe, 10);
    expect(findUnfinished(folder, recipe)).toBeUndefined();
    expect(findFinished(folder, recipe)).toEqual(first);
    const second = newRun(recipe, 9);
    expect(findUnfinished(folder, recipe)).toEqual(second);
    expect(findFinished(folder, recipe)).toBeUndefined();
    expect([isFinished(first), isFinished(second), isFinished(newRun())]).toEqual([true, false, false]);
    // One that has saved nothing yet goes on as well.
    expect(findUnfinished(folder, recipe)?.name).toBe('0003-digits');
    newRun(findRecipe('digits', { epochs: 2, seed: 7 }), 5);
    expect(findUnfinished(folder, recipe)?.name).toBe('0003-digits');
    expect(findUnfinished(folder, findRecipe('fc-mnist'))).toBeUndefined();
    expect(findFinished(folder, findRecipe('fc-mnist'))).toBeUndefined();
  });

  it('one that is being trained is left alone', () => {
    const unlock = lockRun(newRun(recipe, 5));
    expect(findUnfinished(folder, recipe)).toBeUndefined();
    unlock();
    expect(findUnfinished(folder, recipe)?.name).toBe('0001-digits');
  });

  it('runs of other data are passed over, but for those that have seen none yet', () => {
    const first = newRun(recipe, 5);
    const other = newRun();
    save(other, 5, 'last', { datasetDigests: { train: 'a', validation: 'other' } });
    expect(findUnfinished(folder, recipe, digests)).toEqual(first);
    expect(findUnfinished(folder, recipe, { train: 'a', validation: 'other' })).toEqual(other);
    expect(findUnfinished(folder, recipe, { train: 'none', validation: 'b' })).toBeUndefined();
    expect(findFinished(folder, recipe, digests)).toBeUndefined();
    const fresh = newRun();
    expect(findUnfinished(folder, recipe, { train: 'none', validation: 'b' })).toEqual(fresh);
  });

  it('the steps that fitted a budget are no other recipe, those that were asked for are', () => {
    const budget = { ...findRecipe('digits', { epochs: 2 }), budget: 60 };
    const run = createRun(folder, { ...budget, steps: 7 }, {});
    save(run, 5);
    expect(findUnfinished(folder, budget)).toEqual(run);
    expect(findUnfinished(folder, { ...budget, steps: 9 })).toEqual(run);
    expect(findUnfinished(folder, { ...recipe, steps: 7 })).toBeUndefined();
    const counted = createRun(folder, { ...recipe, steps: 7 }, {});
    save(counted, 5);
    expect(findUnfinished(folder, { ...recipe, steps: 8 })).toBeUndefined();
    expect(findUnfinished(folder, { ...recipe, steps: 7 })).toEqual(counted);
    save(counted, 7);
    expect(isFinished(counted)).toBe(true);
  });
});

describe('an interrupted run of other code', () => {
  const coded = (letter: string, of: Partial<Recipe> = {}, path = '/own.ts'): Recipe => ({
    ...{ ...recipe, ...of },
    module: { path, sha256: letter.repeat(64) },
  });

  it('is the newest one of the same module and the same recipe otherwise', () => {
    expect(findOfOtherCode(folder, coded('b'))).toBeUndefined();
    newRun(coded('a'), 5);
    const second = newRun(coded('a'), 5);
    newRun(coded('a', {}, '/other.ts'), 5);
    newRun(coded('a', { seed: 7 }), 5);
    newRun(coded('b'), 5);
    newRun(recipe, 5);
    newRun(coded('a'), 10);
    writeFileSync(join(newRun(coded('a'), 5).folder, 'recipe.json'), 'damaged');
    expect(findOfOtherCode(folder, coded('b'))).toEqual(second);
    expect(findOfOtherCode(folder, coded('a'))?.name).toBe('0005-digits');
    expect(findOfOtherCode(folder, recipe)).toBeUndefined();
    expect(findOfOtherCode(folder, coded('b', { seed: 9 }))).toBeUndefined();
    // It goes on by its own code only.
    expect(findUnfinished(folder, coded('b'))?.name).toBe('0005-digits');
  });

  it('that is being trained is none', () => {
    const unlock = lockRun(newRun(coded('a'), 5));
    expect(findOfOtherCode(folder, coded('b'))).toBeUndefined();
    unlock();
    expect(findOfOtherCode(folder, coded('b'))?.name).toBe('0001-digits');
  });
});

describe('a last checkpoint that is damaged', () => {
  const damaged = () => {
    const run = newRun(recipe, 5);
    writeFileSync(run.last, 'no checkpoint');
    return run;
  };

  it('is said with what can be done: to start over, or to go on from the best one', () => {
    const run = damaged();
    const startOver = startOverCommand(run);
    expect(() => readLast(run)).toThrow(UserError);
    expect(() => readLast(run)).toThrow(`last.safetensors is damaged`);
    expect(() => readLast(run)).toThrow(
      `The run has no other checkpoint that can be used: start over with \`${startOver}\`.`,
    );
    save(run, 15, 'best');
    const goOn = runCommand('train', run, ['--resume', '0001-digits', '--from', 'best']);
    expect(recoveryAdvice(run)).toBe(
      `The best checkpoint, of epoch 3, is whole: go on from there with \`${goOn}\`, or start over with \`${startOver}\`.`,
    );
    const words = ['--resume', '0001-digits', '--from', 'best', '--runs', folder];
    expect(goOn).toBe(command('train', words));
  });

  it('gives way to the best one, and is kept beside it', () => {
    const run = damaged();
    expect(() => returnToBest(run)).toThrow(/best\.safetensors cannot be read/);
    expect(readFileSync(run.last, 'utf8')).toBe('no checkpoint');
    save(run, 5, 'best');
    returnToBest(run);
    expect(readLast(run).progress.step).toBe(5);
    expect(existsSync(run.best)).toBe(true);
    expect(readFileSync(`${run.last}.before`, 'utf8')).toBe('no checkpoint');
    rmSync(run.last);
    returnToBest(run);
    expect(readdirSync(run.folder).sort()).toEqual([
      'best.safetensors',
      'environment.json',
      'last.safetensors',
      'last.safetensors.before',
      'recipe.json',
    ]);
  });
});

describe('a run is started over by a command that', () => {
  it('trains its recipe anew, from the weights that it began with', () => {
    const drawn = newRun();
    expect(firstWeightsOf(drawn)).toBeUndefined();
    expect(startOverCommand(drawn)).toMatch(
      new RegExp(
        ` train digits (?:-- )?--epochs 2 .*--seed ${recipe.seed} --precision \\w+ --fresh --runs ${folder}$`,
      ),
    );
    const taken = createRun(folder, recipe, { from: 'old.safetensors' });
    expect(firstWeightsOf(taken)).toBe('old.safetensors');
    expect(startOverCommand(taken)).toContain('--from old.safetensors --fresh');
    rmSync(join(taken.folder, 'environment.json'));
    expect(firstWeightsOf(taken)).toBeUndefined();
  });

  it('names the folder of runs where it is another one', () => {
    expect(runsWords(join(workFolder, 'runs'))).toEqual([]);
    expect(runsWords(`${workFolder}/other/../runs/`)).toEqual([]);
    expect(runsWords('mine')).toEqual(['--runs', join(process.cwd(), 'mine')]);
  });
});

it('a recipe that is written over is whole, and is the one that is read', () => {
  const run = newRun();
  writeRecipe(run, { ...recipe, epochs: 9 });
  expect(readRecipe(run).epochs).toBe(9);
  expect(readdirSync(run.folder).sort()).toEqual(['environment.json', 'recipe.json']);
});

it('metrics are a table of a row for each epoch', () => {
  const run = newRun();
  const rows = [
    { epoch: 1, step: 5, trainLoss: 0.5, validLoss: 0.25, errorRate: 0.125 },
    {
      epoch: 2,
      step: 10,
      trainLoss: 0.1 + 0.2,
      validLoss: 1e-9,
      errorRate: 0,
      tta: { validLoss: 1, errorRate: 1 },
    },
  ];
  writeMetrics(run, { history: rows }, 'validation');
  expect(readFileSync(join(run.folder, 'metrics.csv'), 'utf8')).toBe(
    'epoch,step,train_loss,valid_loss,error_rate\n1,5,0.5,0.25,0.125\n2,10,0.30000000000000004,1e-9,0\n',
  );
});
