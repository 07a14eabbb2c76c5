// What a teacher answers to each training picture as it is: asked once, and kept in the cache.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '../../models/canonical.ts';
import type { Card } from '../../models/card.ts';
import { UserError } from '../../models/errors.ts';
import { cacheFolder } from '../../setup/paths.mjs';
import { type Dataset, imagesOf, readBytes, type Split, withPictures } from '../datasets/dataset.ts';
import { writeWhole } from '../files/write-whole.ts';
import type { Progress } from '../progress.ts';
import { type Task, taskOf } from '../tasks/task.ts';
import type { Distill } from './schema.ts';
import { softened } from './soften.ts';
import { openTeacher, type Teacher } from './teacher.ts';

/** Pictures that are asked for at a time. */
const BATCH = 32;

/** Milliseconds between two messages about how far it is. */
const MESSAGE_EVERY = 5000;

/** What a teacher is shown. */
export interface Lesson {
  readonly distill: Distill;
  /** Pictures of training as the teacher takes them, in the same order. */
  picturesFor(card: Card): Promise<Dataset>;
}

/**
 * `dataset` with the teacher's answers to its training pictures, softened by the temperature, as `train.teacher`.
 * @throws UserError when the teacher has other classes, or takes other pictures
 */
export async function withTeacher(
  dataset: Dataset,
  { distill, picturesFor }: Lesson,
  progress: Progress = {},
): Promise<Dataset> {
  const task = taskOf(dataset);
  if (task === 'regression')
    throw new UserError(
      `--distill is for classes and labels, but ${dataset.name} has numbers to learn: leave it out.`,
    );
  const { labels, train, digests, name } = dataset;
  // Wherever the file is, the same pictures get the same answers.
  const key = createHash('sha256')
    .update(
      canonicalJson({
        teacher: distill.sha256,
        labels,
        shape: dataset.shape,
        train: digests.train,
        n: train.n,
      }),
    )
    .digest('hex');
  const folder = join(cacheFolder(), 'teachers');
  const path = join(folder, `${name}-${key.slice(0, 16)}`);
  const answers = new Float32Array(
    new SharedArrayBuffer(train.n * labels.length * Float32Array.BYTES_PER_ELEMENT),
  );
  const bytes = new Uint8Array(answers.buffer);
  if (existsSync(path)) readBytes(path, bytes, 0);
  else {
    const teacher = await openTeacher(distill, progress);
    try {
      const order = classOrder(teacher.card, labels, task);
      const pictures = await picturesFor(teacher.card);
      await ask(teacher, pictures.train, order, answers, progress);
    } finally {
      await teacher.close();
    }
    mkdirSync(folder, { recursive: true });
    writeWhole(path, bytes);
  }
  return {
    ...dataset,
    train: { ...train, teacher: softened(answers, labels.length, task, distill.temperature) },
  };
}

/** Where each class of the data is in the teacher's answers. @throws UserError when it has others, or another task. */
export function classOrder({ name, labels, task }: Card, own: readonly string[], wanted: Task): number[] {
  if (task !== wanted)
    throw new UserError(
      `The teacher ${name} is of the task ${task}, and these data of the task ${wanted}: it has nothing to teach here.`,
    );
  const missing = own.filter((label) => !labels.includes(label));
  const more = labels.filter((label) => !own.includes(label));
  if (missing.length === 0 && more.length === 0) return own.map((label) => labels.indexOf(label));
  const shown = (names: readonly string[]) =>
    names.slice(0, 5).join(', ') + (names.length > 5 ? ` and ${names.length - 5} more` : '');
  const both = [
    ...(missing.length > 0 ? [`it does not know ${shown(missing)}`] : []),
    ...(more.length > 0 ? [`it knows ${shown(more)}, which these data do not have`] : []),
  ];
  throw new UserError(
    `The teacher ${name} has other classes than the data: ${both.join('; ')}. A teacher was trained on the same classes.`,
  );
}

/** Fills `answers`, `[N,K]` in the order of the data's classes. */
async function ask(
  { answer }: Teacher,
  pictures: Split,
  order: readonly number[],
  answers: Float32Array,
  { say, signal }: Progress,
): Promise<void> {
  const began = performance.now();
  let last = began;
  for (let from = 0; from < pictures.n; from += BATCH) {
    signal?.throwIfAborted();
    const to = Math.min(from + BATCH, pictures.n);
    const values = await answer(imagesOf(pictures, from, to));
    for (let row = 0; row < to - from; row++)
      for (const [k, place] of order.entries())
        answers[(from + row) * order.length + k] = values[row * order.length + place] ?? Number.NaN;
    const now = performance.now();
    if (now - last < MESSAGE_EVERY) continue;
    last = now;
    say?.(
      `  the teacher has answered ${to} of ${pictures.n} pictures, ${Math.round((now - began) / 1000)} s`,
    );
  }
}

/** The pictures of a data set where the teacher takes them as they are. @throws UserError where it takes others. */
export function samePictures(dataset: Dataset, { name, input }: Card): Dataset {
  const pictures = withPictures(dataset);
  if (pictures.shape.join() === input.shape.join()) return pictures;
  throw new UserError(
    `The teacher ${name} takes pictures of ${input.shape.join('x')}, and those of ${dataset.name} are ${pictures.shape.join('x')}: take one that was trained on the same data.`,
  );
}
