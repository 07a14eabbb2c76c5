// What the engine promises: threads within the machine's, one answer for each picture whatever becomes of its worker,
// and no picture that costs its neighbors theirs.
import { afterEach, describe, expect, test } from 'vitest';
import type { Picture } from '../../../models/image/picture.ts';
import type { Observer } from '../../../serve/engine/events.ts';
import { divideThreads, type Engine, type EngineOptions, openEngine } from '../../../serve/engine/index.ts';
import type { RawPicture } from '../../../serve/engine/picture-states.ts';
import { Refusal } from '../../../serve/refusal.ts';
import { defaultLimits, type Limits } from '../../../serve/settings/limits.ts';
import { decodeUpload } from '../decode/decode-upload.ts';
import { colors, fillRepository, temporaryFolder } from '../harness.ts';
import { busy, formats, plain } from '../pictures.ts';
import type { TinyModelOptions } from '../tiny-model.ts';

const doomed = new URL('./doomed-worker.mjs', import.meta.url);

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function open(
  options: Omit<Partial<EngineOptions>, 'limits'> & { limits?: Partial<Limits> } = {},
  models: TinyModelOptions[] = [colors],
) {
  const folder = await temporaryFolder();
  closers.push(folder.remove);
  await fillRepository(folder.path, models);
  const log: string[] = [];
  const limits = { ...defaultLimits, ...options.limits };
  const write = (line: string) => void log.push(line);
  const engine = openEngine({
    threads: 1,
    watch: 0,
    log: write,
    ...options,
    repository: folder.path,
    limits,
  });
  closers.push(engine.close);
  await engine.load();
  const [model] = engine.models();
  if (model === undefined) throw new Error('the test has no model');
  /** 'answered', or the status of the refusal. */
  const outcome = (source: RawPicture, asked = {}) =>
    engine.classify(model, source, asked).then(
      () => 'answered',
      (error: unknown) => (error instanceof Refusal ? error.status : error),
    );
  return { engine, model, log, outcome };
}

function picture(width: number): RawPicture {
  const data = new Uint8Array(width * 5 * 3).fill(200);
  return { kind: 'picture', picture: { data, width, height: 5, channels: 3 } };
}

async function workersBack(engine: Engine): Promise<void> {
  const { mostWorkers } = engine.state();
  await expect.poll(() => engine.state().workers, { timeout: 20_000 }).toBe(mostWorkers);
}

test('workers times threads of each never exceeds the threads given', () => {
  for (let threads = 1; threads <= 256; threads++) {
    const { workers, threadsEach } = divideThreads(threads);
    expect(workers * threadsEach).toBeLessThanOrEqual(threads);
    expect(workers * threadsEach).toBeGreaterThan(threads / 2);
    expect(workers).toBeLessThanOrEqual(8);
  }
});

describe('a worker that ends', () => {
  test('has its pictures answered by another; only what ended two is refused', async () => {
    const stops: number[] = [];
    const observers: Observer[] = [{ workerStopped: (_, retried) => stops.push(retried) }];
    const { engine, outcome } = await open({ entry: doomed, observers });
    const outcomes = await Promise.all([10, 13, 11, 12].map((width) => outcome(picture(width))));
    expect(outcomes).toEqual(['answered', 422, 'answered', 'answered']);
    expect(stops).toEqual([4, 0]);
    await workersBack(engine);
    expect(await outcome(picture(10))).toBe('answered');
  });

  test('is replaced, and others work in the meantime', async () => {
    const { engine, outcome } = await open({ entry: doomed, threads: 2 });
    await workersBack(engine);
    const doom = outcome(picture(13));
    const others = await Promise.all(Array.from({ length: 50 }, () => outcome(picture(9))));
    expect(new Set(others)).toEqual(new Set(['answered']));
    expect(await doom).toBe(422); // not 503, after which clients send it again
    await workersBack(engine);
  });
});

describe('a batch', () => {
  test('holds what came while another ran, and a bad picture fails alone', async () => {
    const sizes: number[] = [];
    const observers: Observer[] = [{ batched: (_, size) => sizes.push(size) }];
    const { outcome } = await open({ observers });
    expect(await outcome({ kind: 'encoded', bytes: await busy('png') })).toBe('answered');
    expect(sizes).toEqual([1]); // alone, it waited for no other

    const good = new Uint8Array(await busy('jpeg', 320, 240));
    const cut = good.slice(0, good.length / 2);
    const outcomes = await Promise.all(
      Array.from({ length: 24 }, (_, i) => outcome({ kind: 'encoded', bytes: i % 8 === 3 ? cut : good })),
    );
    expect(outcomes).toEqual(Array.from({ length: 24 }, (_, i) => (i % 8 === 3 ? 422 : 'answered')));
    expect(Math.max(...sizes)).toBeGreaterThan(2);
  });

  test('loses no picture that comes while it runs, at whatever moment', async () => {
    const { outcome } = await open();
    const ask = () => outcome({ kind: 'input', data: new Uint8Array(12) }, { deadline: 2000 });
    for (let round = 0; round < 400; round++) {
      const first = ask();
      const until = performance.now() + (round % 40) * 0.02; // a run of this model takes about half as long
      while (performance.now() < until) await new Promise(setImmediate);
      expect(await Promise.all([first, ask()])).toEqual(['answered', 'answered']);
    }
  });

  test('is never larger than allowed', async () => {
    const sizes: number[] = [];
    const observers: Observer[] = [{ batched: (_, size) => sizes.push(size) }];
    const { outcome } = await open({ observers, limits: { batch: 4 } });
    await Promise.all(Array.from({ length: 30 }, () => outcome(picture(10))));
    expect(Math.max(...sizes)).toBe(4);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(30);
  });
});

describe('capacity and time', () => {
  test('work beyond the capacity of the queue is refused, with the time after which to try again', async () => {
    const { engine, model, outcome } = await open({ limits: { queue: 50 } });
    const large: Picture = { data: new Uint8Array(1500 * 1500), width: 1500, height: 1500, channels: 1 };
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, () => outcome({ kind: 'picture', picture: large })),
    );
    expect(new Set(outcomes)).toEqual(new Set(['answered', 503]));
    const all = Array.from({ length: 30 }, () => engine.classify(model, { kind: 'picture', picture: large }));
    const refused = (await Promise.allSettled(all)).find((one) => one.status === 'rejected');
    expect(refused?.reason).toMatchObject({ status: 503, retryAfter: 1 });
  });

  test('small pictures are queued where as many large ones are refused', async () => {
    const { outcome } = await open({ limits: { queue: 400 } });
    const outcomes = await Promise.all(Array.from({ length: 300 }, () => outcome(picture(10))));
    expect(new Set(outcomes)).toEqual(new Set(['answered']));
  });

  test('what has no answer in time is answered with 504', async () => {
    const { outcome } = await open();
    const large: Picture = { data: new Uint8Array(3000 * 3000), width: 3000, height: 3000, channels: 1 };
    const slow = outcome({ kind: 'picture', picture: large });
    expect(await outcome(picture(10), { deadline: 1 })).toBe(504);
    expect(await slow).toBe('answered');
  });

  test('what waits when it is closed is answered or refused, however long it would wait, and what comes later too', async () => {
    const { engine, outcome } = await open();
    const patient = { deadline: Number.POSITIVE_INFINITY };
    const waiting = Array.from({ length: 300 }, () => outcome(picture(10), patient));
    await engine.close();
    for (const one of await Promise.all(waiting)) expect(one).toBeOneOf(['answered', 503]);
    expect(await outcome(picture(10), patient)).toBe(503);
  });

  test('the job of a client that has gone is dropped', async () => {
    const lost: string[] = [];
    const { engine, outcome } = await open({ observers: [{ failed: (_, loss) => lost.push(loss) }] });
    expect(await outcome(picture(10), { gone: () => true })).toBe(408);
    expect(lost).toEqual(['gone']);
    expect(engine.state()).toMatchObject({ waiting: 0, working: 0, waitingCost: 0 });
  });

  test('small pictures pass large ones', async () => {
    const { engine, outcome } = await open({ threads: 2 });
    await workersBack(engine);
    const order: string[] = [];
    // Large enough to run alone, on one of the two workers.
    const large: Picture = { data: new Uint8Array(6000 * 6000), width: 6000, height: 6000, channels: 1 };
    const slow = Array.from({ length: 3 }, async () => {
      await outcome({ kind: 'picture', picture: large });
      order.push('large');
    });
    await expect.poll(() => engine.state().working, { interval: 1 }).toBeGreaterThan(0);
    const quick = Array.from({ length: 20 }, async () => {
      await outcome(picture(10));
      order.push('small');
    });
    await Promise.all([...slow, ...quick]);
    expect(order.slice(0, 20).filter((size) => size === 'small').length).toBeGreaterThanOrEqual(19);
  });
});

test.each(formats)('a %s is classified as its pixels are', async (format) => {
  const { engine, model } = await open();
  const bytes = new Uint8Array(await plain('#c86432', format, 31, 17));
  const file = await engine.classify(model, { kind: 'encoded', bytes });
  const decoded = await decodeUpload(bytes);
  const pixels = await engine.classify(model, { kind: 'picture', picture: decoded });
  expect(file.output).toEqual(pixels.output);
  expect(Object.values(file.timings).every((time) => time >= 0)).toBe(true);
});

test('everything that waits is done in the end', async () => {
  const { engine, outcome } = await open({ threads: 2 });
  await Promise.all(Array.from({ length: 100 }, (_, i) => outcome(picture(5 + (i % 7)))));
  expect(engine.state()).toMatchObject({ waiting: 0, working: 0, waitingCost: 0 });
});

test('what a worker’s decoder gives up is decoded by sharp, as in training; what neither can is refused once', async () => {
  const failures: string[] = [];
  const observers: Observer[] = [{ failed: (_, failure) => failures.push(failure) }];
  const { engine, model } = await open({ observers });
  const jpeg = await busy('jpeg');
  const png = await busy('png');
  const odd = {
    'a JPEG with a maker’s trailer in place of its end': Buffer.concat([
      jpeg.subarray(0, jpeg.length - 2),
      Buffer.from('\0\0\x01\n\x0e\0\0\0Image_UTC_Data1500000000000SEFH', 'latin1'),
    ]),
    'a PNG without an end': png.subarray(0, png.length - 12),
    'a PNG with bytes behind': Buffer.concat([png, Buffer.alloc(50, 7)]),
  };
  for (const [name, bytes] of Object.entries(odd)) {
    const file = await engine.classify(model, { kind: 'encoded', bytes });
    const pixels = await engine.classify(model, { kind: 'picture', picture: await decodeUpload(bytes) });
    expect(file.output, name).toEqual(pixels.output);
  }
  expect(failures).toEqual([]);
  const cut = { kind: 'encoded', bytes: jpeg.subarray(0, jpeg.length / 2) } as const;
  await expect(engine.classify(model, cut)).rejects.toMatchObject({ status: 422 });
  expect(failures).toEqual(['refused']);
  expect(engine.state()).toMatchObject({ waiting: 0, waitingCost: 0, working: 0 });
});
