// What a fit keeps of its training beside the checkpoint, for its report: the model, the machine, the time of each epoch.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-node-gpu';
import { z } from 'zod';
import { readJsonFile } from '../files/json.ts';
import { writeWhole } from '../files/write-whole.ts';
import { type RecordedTime, readTimes, writeTimes } from '../report/record.ts';
import { describeEnvironment } from '../runs/environment.ts';

const layerSchema = z.object({
  name: z.string(),
  /** Its class in tfjs: `Dense`. */
  kind: z.string(),
  /** What it gives, such as `32 × 5`, without the batch; a side that is not known is `?`. */
  output: z.string(),
  parameters: z.int(),
  /** Those of them that are trained. */
  trained: z.int(),
});

const modelSchema = z.object({
  name: z.string(),
  optimizer: z.string(),
  loss: z.string(),
  /** Epochs that the last fit was to have, those of earlier ones among them. */
  epochs: z.int(),
  layers: z.array(layerSchema),
});

/** What a report says of a model. */
export type ModelDescription = z.output<typeof modelSchema>;

const modelPath = (folder: string) => join(folder, 'model.json');

/** Whether a folder is the run of a fit. */
export const isModelRun = (folder: string): boolean => existsSync(modelPath(folder));

/** What a fit has written of its model. @throws UserError where the file is damaged */
export const readModel = (folder: string): ModelDescription => readJsonFile(modelPath(folder), modelSchema);

/** Writes what is known before the first step: model.json and environment.json. @throws UserError where the disk is full */
export function writeModel(folder: string, model: LayersModel, epochs: number): void {
  const { loss } = model;
  const description: ModelDescription = {
    name: model.name,
    optimizer: model.optimizer.getClassName(),
    loss: [loss].flat().every((each) => typeof each === 'string') ? [loss].flat().join(', ') : 'a function',
    epochs,
    layers: model.layers.map((layer) => ({
      name: layer.name,
      kind: layer.getClassName(),
      output: outputInWords(layer.outputShape),
      parameters: layer.countParams(),
      trained: layer.trainable
        ? layer.trainableWeights.reduce(
            (sum, { shape }) => sum + shape.reduce<number>((n, side) => n * Number(side), 1),
            0,
          )
        : 0,
    })),
  };
  writeWhole(modelPath(folder), `${JSON.stringify(description, null, 2)}\n`);
  writeWhole(join(folder, 'environment.json'), `${JSON.stringify(describeEnvironment(), null, 2)}\n`);
}

type OutputShape = LayersModel['layers'][number]['outputShape'];

function outputInWords(shape: OutputShape): string {
  const shapes = shape.some(Array.isArray) ? shape : [shape];
  return shapes
    .map(
      (each) =>
        [each]
          .flat()
          .slice(1)
          .map((side) => side ?? '?')
          .join(' × ') || 'a number',
    )
    .join(', ');
}

/** The times of a fit's epochs, in times.json. */
export interface EpochTimes {
  begin(): void;
  /** A batch of `rows` has come, for which the step waited so many milliseconds. */
  batch(rows: number, waited: number): void;
  /** A step is done. */
  step(): void;
  /** An epoch is evaluated and saved: its time is written. @param epoch - from 1. */
  end(epoch: number): void;
}

/** @param done - Epochs that are done: what was written of later ones is dropped. */
export function recordTimes(folder: string, done: number): EpochTimes {
  const times: RecordedTime[] = readTimes({ folder }).filter(({ epoch }) => epoch <= done);
  let [began, trained, rows, waited] = [0, 0, 0, 0];
  return {
    begin() {
      [began, trained, rows, waited] = [performance.now(), performance.now(), 0, 0];
    },
    batch(count, milliseconds) {
      rows += count;
      waited += milliseconds;
    },
    step() {
      trained = performance.now();
    },
    end(epoch) {
      const milliseconds = trained - began;
      times.push({
        epoch,
        seconds: (performance.now() - began) / 1000,
        imagesPerSecond: (rows / milliseconds) * 1000,
        waitedShare: waited / milliseconds,
        memory: process.memoryUsage.rss(),
        largestMemory: process.resourceUsage().maxRSS * 1024,
      });
      writeTimes({ folder }, times);
    },
  };
}
