// What is promised of training from code: the command's weights to the bit, an end at any moment that loses nothing, errors
// that a program can tell apart, and nothing of it left in the process.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  DataError,
  DiskError,
  DivergedError,
  type FinishedEpoch,
  type TrainedRun,
  type TrainOptions,
  train,
  UserError,
} from '../../../public/train.ts';
import { readCheckpoint } from '../../../train/runs/checkpoint.ts';
import { trainyard } from '../../command.ts';
import { useCache } from '../../own-cache.ts';
import { noise, writeNoise } from '../datasets/folder/pictures.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-train-'));
afterAll(() => rmSync(folder, { recursive: true }));
const photos = join(folder, 'photos');
useCache(join(folder, 'cache'));

beforeAll(async () => {
  await writeNoise(photos, 24, ['cat', 'dog']);
});

/** Each training in a folder of runs of its own, unless it is given one. */
let count = 0;
const ownRuns = () => join(folder, `runs-${++count}`);
const small = {
  architecture: 'small-cnn',
  size: 16,
  epochs: 3,
  batchSize: 4,
  precision: 'float32',
} as const satisfies TrainOptions;
const trainSmall = (options: TrainOptions = {}) => train(photos, { ...small, runs: ownRuns(), ...options });

/** What a training leaves that depends on recipe and data alone. */
function bytesOf({ folder: run }: Pick<TrainedRun, 'folder'>): Record<string, string> {
  const names = ['last.safetensors', 'best.safetensors', 'metrics.csv', 'recipe.json'];
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(run, name)).toString('base64')]));
}

let whole: TrainedRun;
beforeAll(async () => {
  whole = await trainSmall();
}, 120_000);

/** What a program had before; nothing of it may be another one after. */
const handlers = () =>
  Object.fromEntries(process.eventNames().map((name) => [String(name), process.listenerCount(name)]));
const before = handlers();
const printed = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write')];
const logged = (['log', 'info', 'warn', 'error', 'debug'] as const).map((name) => vi.spyOn(console, name));
afterEach(() => {
  expect(handlers()).toEqual(before);
  for (const spy of [...printed, ...logged]) {
    expect(spy).not.toHaveBeenCalled();
    spy.mockClear();
  }
});

describe('a run', () => {
  it('says what there is, in its folder and in the handle', () => {
    expect(whole).toMatchObject({
      name: '0001-photos',
      finished: true,
      recipe: { name: 'photos', epochs: 3 },
    });
    expect(whole.rows.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(whole.rows).toContain(whole.best);
    expect(readFileSync(whole.report, 'utf8')).toContain('3 / 3');
    expect(existsSync(join(whole.folder, 'lock'))).toBe(false);
  });

  it('has the weights of the command with the same words, bit for bit', async () => {
    const runs = ownRuns();
    const words =
      '--architecture small-cnn --size 16 --epochs 3 --batch-size 4 --precision float32 --no-live';
    await commandWithoutSpies(['train', photos, ...words.split(' '), '--runs', runs]);
    expect(bytesOf(whole)).toEqual(bytesOf({ folder: join(runs, '0001-photos') }));
  });

  it('tells each step and each epoch once, and waits for what the epoch’s function returns', async () => {
    const told: string[] = [];
    const messages: string[] = [];
    const run = await trainSmall({
      onStart: ({ name, step, steps, stepsPerEpoch }) =>
        void told.push(`${name} ${step} ${steps} ${stepsPerEpoch}`),
      onStep: ({ step }) => void told.push(`step ${step}`),
      onEpoch: async ({ epoch, seconds, imagesPerSecond }) => {
        expect(seconds * imagesPerSecond).toBeGreaterThan(0);
        told.push(`epoch ${epoch}`);
        await new Promise((resolve) => setTimeout(resolve, 30));
        told.push(`epoch ${epoch} waited`);
      },
      onMessage: (line) => void messages.push(line),
    });
    const { stepsPerEpoch } = readCheckpoint(join(run.folder, 'last.safetensors')).progress;
    const steps = Array.from({ length: 3 * stepsPerEpoch }, (_, i) => i + 1);
    const expected = steps.flatMap((step) => [
      `step ${step}`,
      ...(step % stepsPerEpoch === 0
        ? ['', ' waited'].map((end) => `epoch ${step / stepsPerEpoch}${end}`)
        : []),
    ]);
    expect(told).toEqual([`0001-photos 0 ${3 * stepsPerEpoch} ${stepsPerEpoch}`, ...expected]);
    expect(messages[0]).toMatch(/^Training .* 3 epochs, float32\. Run 0001-photos\.$/);
    expect(bytesOf(run)).toEqual(bytesOf(whole));
  });
});

describe('its epochs in a loop', () => {
  it('are all of them, each before the next one begins', async () => {
    const epochs: FinishedEpoch[] = [];
    let steps = 0;
    const training = trainSmall({ onStep: () => void steps++ });
    for await (const epoch of training) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(steps).toBe(epoch.step);
      epochs.push(epoch);
    }
    const run = await training;
    expect(epochs).toMatchObject(run.rows);
  });

  it('end with the loop, saved; a resume comes to the weights of a training that was not interrupted', async () => {
    const runs = ownRuns();
    const training = trainSmall({ runs });
    for await (const { epoch } of training) if (epoch === 2) break;
    const run = await training;
    expect(run).toMatchObject({ finished: false, rows: [{ epoch: 1 }, { epoch: 2 }] });
    expect(readFileSync(run.report, 'utf8')).toContain('2 / 3');
    expect(bytesOf(run)).not.toEqual(bytesOf(whole));
    // By its handle, by its name, and by the same call once more.
    const again = await train({ resume: run }, { signal: new AbortController().signal });
    expect(again).toMatchObject({ name: run.name, folder: run.folder, finished: true });
    expect(bytesOf(again)).toEqual(bytesOf(whole));
    const done = await train({ resume: run.name }, { runs });
    expect(done).toEqual(again);
    const more = await train({ resume: again }, { epochs: 4 });
    expect(more.rows).toHaveLength(4);
  });

  it('go on where the same was interrupted, unless it is to be fresh', async () => {
    const runs = ownRuns();
    for await (const _ of trainSmall({ runs })) break;
    expect(await trainSmall({ runs })).toMatchObject({ name: '0001-photos', finished: true });
    for await (const _ of trainSmall({ runs })) break;
    expect(await trainSmall({ runs, fresh: true })).toMatchObject({ name: '0003-photos', finished: true });
  });
});

describe('a signal', () => {
  const reason = new Error('the reason');

  it('that is aborted before there is a run: its reason, and no run', async () => {
    const runs = ownRuns();
    await expect(trainSmall({ runs, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const abort = new AbortController();
    const training = trainSmall({ runs, signal: abort.signal });
    abort.abort(reason);
    await expect(training).rejects.toBe(reason);
    expect(existsSync(runs)).toBe(false);
  });

  it('while pictures are prepared: its reason; what was prepared is kept', async () => {
    const many = join(folder, 'many');
    for (const label of ['a', 'b']) mkdirSync(join(many, label), { recursive: true });
    const bytes = await Promise.all([1, 2].map((seed) => noise(seed, 1500).png().toBuffer()));
    for (let i = 0; i < 60; i++)
      writeFileSync(
        join(many, 'ab'[i % 2] ?? '', `${i}.png`),
        Buffer.concat([bytes[i % 2] ?? Buffer.alloc(0), Buffer.from([i])]),
      );
    const abort = new AbortController();
    const messages: string[] = [];
    const training = train(many, {
      ...small,
      runs: ownRuns(),
      signal: abort.signal,
      onMessage: (line) => void messages.push(line),
    });
    setTimeout(() => abort.abort(reason), 300);
    await expect(training).rejects.toBe(reason);
    const [unfinished] = readdirSync(join(folder, 'cache/folders')).filter((name) => name.startsWith('many'));
    expect(readdirSync(join(folder, 'cache/folders', unfinished ?? ''))).toEqual([
      expect.stringMatching(/^\.unfinished/),
    ]);
  });

  it('while the time of a budget is measured: its reason, and no run', async () => {
    const runs = ownRuns();
    const abort = new AbortController();
    const messages: string[] = [];
    const onMessage = (line: string) => {
      messages.push(line.split(' ')[0] ?? '');
      if (line.startsWith('Measuring')) abort.abort(reason);
    };
    await expect(trainSmall({ runs, budget: '1h', signal: abort.signal, onMessage })).rejects.toBe(reason);
    // What was to be measured would be said.
    expect(messages).toContain('Measuring');
    expect(messages).not.toContain('Budget');
    expect(existsSync(runs)).toBe(false);
  });

  it('at a step: that step is the last, and saved', async () => {
    const abort = new AbortController();
    const run = await trainSmall({
      signal: abort.signal,
      onStep: ({ step }) => void (step === 7 && abort.abort()),
    });
    expect(run.finished).toBe(false);
    expect(readCheckpoint(join(run.folder, 'last.safetensors')).progress.step).toBe(7);
    expect(existsSync(join(run.folder, 'lock'))).toBe(false);
    expect(bytesOf(await train({ resume: run }))).toEqual(bytesOf(whole));
  });

  it('when it is trained, while the report is made: changes nothing', async () => {
    const abort = new AbortController();
    const onMessage = (line: string) => void (line.startsWith('Looking') && abort.abort());
    expect(await trainSmall({ signal: abort.signal, onMessage })).toMatchObject({ finished: true });
    expect(abort.signal.aborted).toBe(true);
  });
});

it('two at once do not disturb each other', async () => {
  const runs = ownRuns();
  const [one, other, third] = await Promise.all([
    trainSmall({ runs }),
    trainSmall({ runs, seed: 5 }),
    trainSmall({ runs }),
  ]);
  expect(new Set([one, other, third].map(({ name }) => name)).size).toBe(3);
  expect(bytesOf(one)).toEqual(bytesOf(whole));
  expect(bytesOf(third)).toEqual(bytesOf(whole));
  expect(bytesOf(other)).toEqual(bytesOf(await trainSmall({ seed: 5 })));
});

describe('what goes wrong', () => {
  const failure = async (training: Promise<unknown>): Promise<Error> => {
    const error = await training.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (error instanceof Error) return error;
    throw new Error('it did not fail');
  };

  it('with pictures is a DataError', async () => {
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    const error = await failure(train(empty));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toContain(empty);
    const changed = await trainSmall();
    const extra = join(photos, 'cat', 'extra.png');
    writeFileSync(extra, await noise(99).png().toBuffer());
    try {
      const other = await failure(train({ resume: changed }, { epochs: 4 }));
      expect(other).toBeInstanceOf(DataError);
      expect(other.message).toContain('was trained on other data');
    } finally {
      rmSync(extra);
    }
  });

  it('with numbers is a DivergedError, and says at which step', async () => {
    const runs = ownRuns();
    const error = await failure(trainSmall({ runs, learningRate: 1e30 }));
    if (!(error instanceof DivergedError)) throw error;
    expect(error.step).toBeGreaterThanOrEqual(0);
    expect(error.message).toContain(` step ${error.step}`);
    expect(error.message).toContain('There is no checkpoint yet. Start over with a lower --learning-rate');
    // Nothing that could be gone on with: the next one has its number.
    expect(readdirSync(runs)).toEqual([]);
    expect((await trainSmall({ runs, epochs: 1 })).name).toBe('0001-photos');
  });

  it('with the disk is a DiskError; what was saved goes on', async () => {
    const runs = ownRuns();
    const full = await failure(
      trainSmall({
        runs,
        onEpoch: ({ epoch }) =>
          void (epoch === 1 && symlinkSync('/dev/full', join(runs, '0001-photos/metrics.csv.tmp'))),
      }),
    );
    expect(full).toBeInstanceOf(DiskError);
    expect(full.message).toMatch(/^The disk is full: .*metrics\.csv/);
    expect(existsSync(join(runs, '0001-photos/lock'))).toBe(false);
    expect(bytesOf(await train({ resume: '0001-photos' }, { runs }))).toEqual(bytesOf(whole));
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    const taken = await failure(trainSmall({ runs: join(file, 'runs') }));
    expect(taken).toBeInstanceOf(DiskError);
    expect(taken.message).toContain('a file is there, and a folder was expected');
  });

  it('with a run that is being trained: who trains it', async () => {
    const training = trainSmall();
    for await (const _ of training) {
      const folder = join(folderOf(count), '0001-photos');
      const error = await failure(train({ resume: { folder } }));
      expect(error).toBeInstanceOf(UserError);
      expect(error.message).toContain(`is being trained by process ${process.pid}`);
      break;
    }
    await training;
  });

  it('with a program’s own function is its error; the run is saved as at the epoch before', async () => {
    const thrown = new Error('of the program');
    const runs = ownRuns();
    const onEpoch = ({ epoch }: FinishedEpoch) => {
      if (epoch === 2) throw thrown;
    };
    expect(await failure(trainSmall({ runs, onEpoch }))).toBe(thrown);
    expect(bytesOf(await trainSmall({ runs }))).toEqual(bytesOf(whole));
  });

  it.each<[string, unknown, string]>([
    ['digits', { epoch: 3 }, 'train has no option "epoch". Did you mean epochs?'],
    ['digits', { json: true }, 'train has no option "json".'],
    ['digits', { epochs: 0 }, 'epochs takes a whole number above 0; received "0".'],
    ['digits', { batchSize: 1.5 }, 'batchSize takes a whole number above 0; received "1.5".'],
    ['digits', { learningRate: Number.NaN }, 'learningRate takes a learning rate above 0; received "NaN".'],
    ['digits', { size: 32 }, 'size has no meaning here: the recipe digits is no folder of pictures.'],
    ['digits', { keep: -1 }, 'keep takes a whole number of at least 0; received "-1".'],
    ['digits', { maxMemory: 'lots' }, 'maxMemory takes a size such as 2g or 800m; received "lots".'],
    ['digits', { options: { init: 'small' } }, 'The recipe digits has no option --init'],
    ['digts', {}, 'There is no recipe "digts". Did you mean digits?'],
    ['./nowhere', {}, 'There is nothing at '],
    [undefined as never, {}, 'train: received undefined, expected a folder of pictures'],
    [{ resume: '0009-none' } as never, { runs: '/nowhere' }, 'There is no run "0009-none" in /nowhere.'],
    [{ resume: '0009-none' } as never, { batchSize: 4 }, 'batchSize does not fit beside resume'],
  ])('%j with %j', async (source, options, message) => {
    const error = await failure(train(source, options as TrainOptions));
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toContain(message);
  });
});

const folderOf = (number: number) => join(folder, `runs-${number}`);

/** What the command prints is its own. */
async function commandWithoutSpies(words: readonly string[]): Promise<void> {
  const { status } = await trainyard(...words);
  expect(status).toBe(0);
  for (const spy of [...printed, ...logged]) spy.mockClear();
}
