// The report of a fit's run: what trainyard report makes of its folder.
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { tf } from '../../../train/graph/tensorflow.ts';
import { fit } from '../../../train/layers-model/fit.ts';
import { readModel } from '../../../train/layers-model/record.ts';
import { readTimes } from '../../../train/report/record.ts';
import { trainyard } from '../../command.ts';
import { dropoutModel, EPOCHS, trainIn } from './fit-in-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-model-report-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const run = join(folder, 'whole');

let history: Awaited<ReturnType<typeof trainIn>>['history'];
beforeAll(async () => {
  vi.spyOn(console, 'log').mockImplementation(() => {});
  ({ history } = await trainIn(run));
  vi.restoreAllMocks();
}, 60_000);

/** The page that the command makes, and its text by the sections' ids. */
async function pageOf(name: string, ...more: string[]) {
  const { status, stderr, stdout } = await trainyard('report', name, ...more);
  expect(status, stderr).toBe(0);
  const html = readFileSync(stdout.split('\n').at(-1)?.split(' (')[0] ?? '', 'utf8');
  const text = (part: string) => part.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
  const sections = [...html.matchAll(/<section id="(\w+)">(.*?)<\/section>/gs)];
  return {
    html,
    head: text(/<header>(.*?)<\/header>/s.exec(html)?.[1] ?? ''),
    text: new Map(sections.map(([, id, body = '']) => [id, text(body)])),
  };
}

describe('the page', () => {
  it('has every loss and metric of every epoch as tfjs has them, and marks the best one', async () => {
    const { html, text } = await pageOf(run);
    const cells = [...html.matchAll(/<tr class="(best)?"><th scope="row">(\d+)<\/th>(.*?)<\/tr>/gs)].map(
      ([, best, epoch, row = '']) => ({
        best: best === 'best',
        epoch: Number(epoch),
        values: [...row.matchAll(/<td>([^<]*)<\/td>/g)].slice(0, 4).map(([, cell]) => cell),
      }),
    );
    expect(cells).toHaveLength(EPOCHS);
    const lowest = Math.min(...(history.val_loss ?? []).map(Number));
    for (const { best, epoch, values } of cells) {
      const wanted = ['loss', 'val_loss', 'acc', 'val_acc'].map((name) => Number(history[name]?.[epoch - 1]));
      expect(values).toEqual(wanted.map((value) => value.toFixed(4)));
      expect(best).toBe(wanted[1] === lowest);
    }
    expect(text.get('curves')).toMatch(/loss training validation .*acc training validation/);
    expect([...text.keys()]).toEqual(['curves', 'epochs', 'network', 'time', 'training', 'environment']);
  });

  it('has the layers with the shapes and numbers of weights that model.summary prints', async () => {
    const model = dropoutModel();
    const lines: string[] = [];
    model.summary(undefined, undefined, (line: string) => lines.push(line));
    const { text, head } = await pageOf(run);
    const summary = lines.flatMap((line) => {
      const [, shape, count] = /\[null,(\d+)\]\s+(\d+)\s*$/.exec(line) ?? [];
      return shape === undefined ? [] : [`${shape} ${count}`];
    });
    expect(summary).toHaveLength(4);
    const [input, ...layers] = readModel(run).layers;
    expect([input?.kind, input?.parameters]).toEqual(['InputLayer', 0]);
    expect(layers.map(({ output, parameters }) => `${output} ${parameters}`)).toEqual(summary);
    expect(lines.join()).toContain(
      `Trainable params: ${layers.reduce((sum, { trained }) => sum + trained, 0)},`,
    );
    const total = model.countParams();
    expect(head).toMatch(
      new RegExp(`trained ${EPOCHS} / ${EPOCHS} epochs .* parameters ${total} ${total - 16} of them trained`),
    );
    expect(text.get('network')).toMatch(/Dense 8 56 56 .* BatchNormalization 8 32 16 .* Dense 3 27 27/);
    expect(text.get('training')).toMatch(/batchSize 16 .*loss categoricalCrossentropy/);
  });

  it('has the time of each epoch, also of those before a break', async () => {
    const times = readTimes({ folder: run });
    expect(times.map(({ epoch }) => epoch)).toEqual(Array.from({ length: EPOCHS }, (_, i) => i + 1));
    for (const { seconds, imagesPerSecond, waitedShare } of times) {
      // 48 rows in the part of the time in which steps ran.
      expect(imagesPerSecond).toBeGreaterThan(48 / seconds);
      expect(waitedShare).toBeGreaterThan(0);
      expect(waitedShare).toBeLessThan(1);
    }
    const { text } = await pageOf(run);
    expect(text.get('time')).toMatch(/rows per second .*waiting for rows/);
    const more = join(folder, 'more');
    mkdirSync(more);
    for (const file of ['last.safetensors', 'times.json']) copyFileSync(join(run, file), join(more, file));
    await trainIn(more, dropoutModel(), EPOCHS + 1);
    expect(readTimes({ folder: more }).slice(0, EPOCHS)).toEqual(times);
    expect((await pageOf(more)).head).toContain(`trained ${EPOCHS + 1} / ${EPOCHS + 1}`);
  });
});

it('of a dataset without validation, by its name in --runs, of a fit that was stopped', async () => {
  const model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [6], units: 3 })] });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  const data = tf.data.zip({
    xs: tf.data.array(Array(20).fill([1, 2, 3, 4, 5, 6])),
    ys: tf.data.array(Array(20).fill([1, 0, 0])),
  });
  const onEpochEnd = async (epoch: number) => {
    if (epoch === 1) model.stopTraining = true;
  };
  // tfjs's own type of what zip gives is wider than a dataset of xs and ys.
  await fit(model, data.batch(8) as never, {
    run: join(folder, 'stopped'),
    epochs: 5,
    verbose: 0,
    callbacks: { onEpochEnd },
  });
  const { head, text } = await pageOf('stopped', '--runs', folder);
  expect(head).toMatch(/^ stopped interrupted .*trained 2 \/ 5 epochs/);
  expect(text.get('epochs')).toContain('The epoch with the lowest loss is marked');
  expect(text.get('epochs')).not.toContain('validation');
});

it('is refused in words before an epoch is done, and where what it needs is damaged', async () => {
  const empty = join(folder, 'empty');
  mkdirSync(empty);
  copyFileSync(join(run, 'model.json'), join(empty, 'model.json'));
  const refusal = async () => {
    const { status, stderr } = await trainyard('report', empty);
    return `${status} ${stderr}`;
  };
  expect(await refusal()).toMatch(/^1 .*empty has no checkpoint yet: its first epoch is not done\./);
  const whole = readFileSync(join(run, 'last.safetensors'));
  writeFileSync(join(empty, 'last.safetensors'), whole.fill(0, whole.length - 8));
  expect(await refusal()).toMatch(/^1 .*is damaged/);
  expect(existsSync(join(empty, 'report.html'))).toBe(false);
});
