// A fit with a run: killed at any moment it goes on to the same bytes, and it goes on with nothing that does not belong to it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { UserError } from '../../../models/errors.ts';
import { root } from '../../../setup/paths.mjs';
import { readSafetensors } from '../../../train/files/safetensors.ts';
import { tf } from '../../../train/graph/tensorflow.ts';
import { fit } from '../../../train/layers-model/fit.ts';
import { dropoutModel, EPOCHS, rows, trainIn } from './fit-in-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-model-run-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);
const lastOf = (run: string) => join(at(run), 'last.safetensors');
const copyOf = (name: string) => {
  cpSync(at('whole'), at(name), { recursive: true });
  return at(name);
};

/** Trained in one go: what every interrupted fit has to end as. */
let whole: Awaited<ReturnType<typeof trainIn>>;
beforeAll(async () => {
  vi.spyOn(console, 'log').mockImplementation(() => {});
  whole = await trainIn(at('whole'));
}, 60_000);

const weightsOf = (model: ReturnType<typeof dropoutModel>) =>
  model.getWeights().map((weight) => [...weight.dataSync()]);

describe('a run', () => {
  it('has the weights of the model, its optimizer and its history in a file that others open', () => {
    const { tensors, metadata } = readSafetensors(lastOf('whole'));
    expect([...tensors].map(([name, { shape }]) => `${name} ${shape}`).slice(0, 3)).toEqual([
      '000/kernel 6,8',
      '001/bias 8',
      '002/gamma 8',
    ]);
    expect([...tensors.keys()].filter((name) => name.startsWith('optimizer/'))).toHaveLength(12);
    expect(metadata.format).toBe('trainyard-layers-model/1');
    expect(whole.epoch).toEqual(Array.from({ length: EPOCHS }, (_, i) => i));
  });

  it('that was killed goes on to the same bytes', async () => {
    const run = at('killed');
    // Killed when an epoch has ended, which is while it is saved, or soon after.
    for (const lives of [2, 4]) {
      const child = spawn(process.execPath, [
        join(root, 'test/run-compiled.mjs'),
        join(root, 'test/train/layers-model/fit-in-folder.ts'),
        run,
      ]);
      let left = lives;
      for await (const line of createInterface({ input: child.stdout }))
        if (/^epoch/.test(line) && --left === 0) break;
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
    expect(existsSync(lastOf('killed'))).toBe(true);
    const { epoch, history } = await trainIn(run);
    expect(readFileSync(lastOf('killed')).equals(readFileSync(lastOf('whole')))).toBe(true);
    expect(epoch).toEqual(whole.epoch);
    expect(history).toEqual(whole.history);
  }, 120_000);

  it('that is done gives the model its weights, and its history, without training', async () => {
    const run = copyOf('done');
    const model = dropoutModel();
    const { history } = await trainIn(run, model);
    expect(history).toEqual(whole.history);
    expect(model.optimizer.iterations).toBe(EPOCHS * 3);
    expect(weightsOf(model)[0]).toEqual([
      ...(readSafetensors(lastOf('whole')).tensors.get('000/kernel')?.values ?? []),
    ]);
    // More epochs go on from there.
    const more = await trainIn(run, dropoutModel(), EPOCHS + 1);
    expect(more.epoch).toHaveLength(EPOCHS + 1);
    expect(more.history.loss?.slice(0, EPOCHS)).toEqual(whole.history.loss);
  });

  it('saves no epoch that was broken off', async () => {
    const model = dropoutModel();
    const onBatchBegin = async (batch: number) => {
      if (batch === 1 && model.optimizer.iterations > 3) model.stopTraining = true;
    };
    await fit(model, rows.x(), rows.y(), {
      run: at('broken'),
      epochs: 3,
      batchSize: 16,
      verbose: 0,
      callbacks: { onBatchBegin },
    });
    const { metadata } = readSafetensors(lastOf('broken'));
    expect(JSON.parse(metadata.progress ?? '')).toMatchObject({ epochs: 1, iterations: 4 });
  });
});

describe('a run is not gone on with', () => {
  const refusal = async (training: Promise<unknown>) => {
    const error: unknown = await training.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UserError);
    return (error as UserError).message;
  };

  it('by another model', async () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [6], units: 3 })] });
    model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
    expect(await refusal(trainIn(copyOf('other'), model))).toMatch(
      /is of another model: its layers are .*BatchNormalization.* has \["InputLayer","Dense \[6,3\] \[3\]"\]/,
    );
  });

  it('with other data, another seed, another size of batch', async () => {
    const run = copyOf('facts');
    const [x, y] = [rows.x(), rows.y()];
    const options = { run, epochs: 9, batchSize: 16, validationSplit: 0.2, verbose: 0 } as const;
    expect(await refusal(fit(dropoutModel(), tf.add(x, 1), y, options))).toMatch(
      /was trained with data "\w{64}"; now it is "\w{64}"/,
    );
    expect(await refusal(fit(dropoutModel(), x, y, { ...options, seed: 2 }))).toMatch(
      /with seed 1; now it is 2/,
    );
    expect(await refusal(fit(dropoutModel(), x, y, { ...options, batchSize: 8 }))).toMatch(
      /with batchSize 16; now it is 8/,
    );
  });

  it('when its checkpoint is damaged, or is none', async () => {
    const run = copyOf('damaged');
    const bytes = readFileSync(lastOf('damaged'));
    bytes[bytes.length - 9] = (bytes[bytes.length - 9] ?? 0) ^ 1;
    writeFileSync(lastOf('damaged'), bytes);
    expect(await refusal(trainIn(run))).toMatch(/is damaged: its content does not have the SHA-256/);
    rmSync(lastOf('damaged'));
    await trainIn(run, dropoutModel(), 1);
  });

  it('by two at once', async () => {
    const run = copyOf('locked');
    const first = trainIn(run, dropoutModel(), EPOCHS + 1);
    expect(await refusal(trainIn(run, dropoutModel(), EPOCHS + 1))).toMatch(/is being trained by process/);
    await first;
  });
});
