// A checkpoint of a LayersModel's training: weights, the optimizer's slots, history; with it `fit` goes on in another process.
import { createHash } from 'node:crypto';
import type { LayersModel, LayerVariable } from '@tensorflow/tfjs-node-gpu';
import { z } from 'zod';
import { canonicalJson } from '../../models/canonical.ts';
import { UserError } from '../../models/errors.ts';
import { sizeOf } from '../../models/shape.ts';
import { parseJson } from '../files/json.ts';
import { type NamedTensor, readSafetensors, writeSafetensors } from '../files/safetensors.ts';
import type { State } from '../graph/state.ts';
import { tf } from '../graph/tensorflow.ts';
import { allLayers } from './internals.ts';
import { slotName } from './optimizer.ts';

const FORMAT = 'trainyard-layers-model/1';

const rowSchema = z.object({ epoch: z.int(), logs: z.record(z.string(), z.number()) });

const progressSchema = z.object({
  /** Epochs that are done. */
  epochs: z.int().min(0),
  /** Steps of the optimizer. */
  iterations: z.int().min(0),
  /** Callbacks may have changed it. */
  learningRate: z.number(),
  /** What tfjs's history has: one row per epoch. */
  history: z.array(rowSchema),
});

export type ModelProgress = z.output<typeof progressSchema>;

/** What must be as it was for a training to go on: by what it is called in messages. */
export type TrainingFacts = Readonly<Record<string, string | number | boolean>>;

/** A model whose weights have places: their names are counted up in each process. */
export interface PlacedModel {
  readonly model: LayersModel;
  /** All weights, in the model's order. */
  readonly weights: readonly LayerVariable[];
  /** Those that are trained. */
  readonly trained: readonly LayerVariable[];
  /** The optimizer's slots. */
  readonly slots: readonly string[];
}

/** Names in the file by those in the session. */
function fileNames({ weights, trained, slots }: PlacedModel): Map<string, { name: string; shape: number[] }> {
  const placed = weights.map(
    (weight, i) =>
      [weight, `${String(i).padStart(3, '0')}/${weight.originalName.split('/').at(-1)}`] as const,
  );
  const places = new Map(placed);
  const entry = (weight: LayerVariable, key: string, prefix: string) =>
    [key, { name: `${prefix}${places.get(weight)}`, shape: weight.shape.map(Number) }] as const;
  return new Map([
    ...weights.map((weight) => entry(weight, weight.name, '')),
    ...slots.flatMap((slot) =>
      trained.map((weight) => entry(weight, slotName(slot, weight), `optimizer/${slot}/`)),
    ),
  ]);
}

/** Writes a checkpoint whole or not at all. @throws UserError when it cannot be written, or a weight is no number. */
export function writeModelCheckpoint(
  path: string,
  placed: PlacedModel,
  state: State,
  progress: ModelProgress,
  facts: TrainingFacts,
): void {
  const tensors = new Map<string, NamedTensor>();
  for (const [key, { name, shape }] of fileNames(placed)) {
    const values = state.get(key) ?? new Float32Array(sizeOf(shape));
    const broken = values.find((value) => !Number.isFinite(value));
    if (broken !== undefined)
      throw new UserError(
        `${name} has a value of ${broken} after step ${progress.iterations}, which is not saved. ${path} is from before. Start over with a lower learning rate.`,
      );
    tensors.set(name, { shape, values });
  }
  const texts = {
    layers: JSON.stringify(layersOf(placed.model)),
    progress: canonicalJson(progress),
    facts: canonicalJson(facts),
  };
  writeSafetensors(path, {
    tensors,
    metadata: { format: FORMAT, ...texts, sha256: digestOf(texts, tensors) },
  });
}

/**
 * What a checkpoint says of its training, and its tensors.
 * @throws UserError when it is damaged, or none of fit
 */
export function readProgress(path: string) {
  const { tensors, metadata } = readSafetensors(path);
  const { format, layers = '', progress = '', facts = '', sha256 } = metadata;
  if (format !== FORMAT)
    throw new UserError(
      `${path} is no checkpoint of fit: its format is ${JSON.stringify(format)}, expected ${FORMAT}.`,
    );
  if (sha256 !== digestOf({ layers, progress, facts }, tensors))
    throw new UserError(
      `${path} is damaged: its content does not have the SHA-256 that was written with it. ${ANEW}`,
    );
  return {
    tensors,
    layers,
    progress: parseJson(progress, progressSchema, `The progress of ${path}`),
    facts: parseJson(facts, z.record(z.string(), z.unknown()), `The training of ${path}`),
  };
}

/** What a checkpoint has for a model. */
export interface ModelCheckpoint {
  readonly progress: ModelProgress;
  /** Slots of the optimizer by their names in the session. */
  readonly slots: State;
}

/**
 * Reads a checkpoint and puts its weights into the model.
 * @throws UserError when it is damaged, or of another model or training: it says in what.
 */
export function restoreModel(path: string, placed: PlacedModel, facts: TrainingFacts): ModelCheckpoint {
  const { tensors, layers, progress, facts: before } = readProgress(path);
  if (layers !== JSON.stringify(layersOf(placed.model)))
    throw new UserError(
      `${path} is of another model: its layers are ${layers}; ${placed.model.name} has ${JSON.stringify(layersOf(placed.model))}. ${ANEW}`,
    );
  for (const [key, value] of Object.entries(facts))
    if (before[key] !== value)
      throw new UserError(
        `${path} was trained with ${key} ${JSON.stringify(before[key])}; now it is ${JSON.stringify(value)}. Give what was given, or train in another folder.`,
      );
  const values = (name: string, shape: readonly number[]) => {
    const tensor = tensors.get(name);
    if (tensor?.shape.join() === shape.join()) return tensor.values;
    throw new UserError(
      `${path} has ${name} as [${tensor?.shape ?? 'missing'}], the model as [${shape}]. ${ANEW}`,
    );
  };
  const all = new Map([...fileNames(placed)].map(([key, { name, shape }]) => [key, values(name, shape)]));
  tf.tidy(() => {
    for (const weight of placed.weights)
      weight.write(tf.tensor(all.get(weight.name) ?? [], weight.shape.map(Number), 'float32'));
  });
  const slots = placed.slots.flatMap((slot) => placed.trained.map((weight) => slotName(slot, weight)));
  return {
    progress,
    slots: new Map(slots.map((name) => [name, all.get(name) ?? new Float32Array()])),
  };
}

const ANEW = 'Train in another folder.';

/** The classes of a model's layers, and the shapes of its weights: names are left out, which processes count up. */
function layersOf(model: LayersModel): string[] {
  return allLayers(model).map((layer) =>
    [layer.getClassName(), ...layer.weights.map(({ shape }) => `[${shape}]`)].join(' '),
  );
}

function digestOf(
  texts: Readonly<Record<string, string>>,
  tensors: ReadonlyMap<string, NamedTensor>,
): string {
  const hash = createHash('sha256').update(JSON.stringify([texts.layers, texts.progress, texts.facts]));
  for (const [name, { shape, values }] of tensors) hash.update(JSON.stringify([name, shape])).update(values);
  return hash.digest('hex');
}

/** SHA-256 of the values of tensors, as hexadecimal. */
export function digestOfTensors(
  tensors: readonly { dataSync(): ArrayLike<number>; shape: number[] }[],
): string {
  const hash = createHash('sha256');
  for (const tensor of tensors)
    hash.update(JSON.stringify(tensor.shape)).update(new Uint8Array(bytesOf(tensor.dataSync())));
  return hash.digest('hex');
}

function bytesOf(values: ArrayLike<number>): ArrayBufferLike {
  return ArrayBuffer.isView(values)
    ? values.buffer.slice(values.byteOffset, values.byteOffset + values.byteLength)
    : Float32Array.from(values).buffer;
}
