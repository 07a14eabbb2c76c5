// The options of training from code: those of the command, in camelCase.
import type { AugmentOptions } from '../augment/schema.ts';
import type { FinishedEpoch, TrainingStart, TrainingStepDone } from './types.ts';

/** Options that change the recipe. */
export interface RecipeOptions {
  /** How often to go through the training pictures; of a run that goes on, in all. */
  readonly epochs?: number | undefined;
  /** Pictures per step. */
  readonly batchSize?: number | undefined;
  /** Parts in which a batch is computed, one after the other, to save memory. */
  readonly accumulate?: number | undefined;
  /** The highest learning rate. */
  readonly learningRate?: number | undefined;
  /** Epochs at the start in which the head of a pretrained network is trained alone. */
  readonly freezeEpochs?: number | undefined;
  readonly optimizer?: string | undefined;
  /** How fast weights shrink; 0 is off. */
  readonly weightDecay?: number | undefined;
  /** Share of the last layers' inputs that each step leaves out. */
  readonly dropout?: number | undefined;
  /** Share of each target that is spread over all classes. */
  readonly labelSmoothing?: number | undefined;
  /** Decay of the moving average of the weights that is evaluated and exported; 0 is off. */
  readonly average?: number | undefined;
  /** What a picture of each class counts: `balanced`, or a weight for each class that is named; others have 1. */
  readonly classWeights?: 'balanced' | Readonly<Record<string, number>> | undefined;
  /** `balanced` shows pictures of every class as often. */
  readonly sampling?: 'balanced' | 'usual' | undefined;
  /** Gamma of the focal loss; 0 is off. */
  readonly focal?: number | undefined;
  /** What is minimized of numbers; `huber` if left out. */
  readonly loss?: 'huber' | 'l1' | 'l2' | undefined;
  /** Ends the training after so many epochs without a better one. */
  readonly patience?: number | undefined;
  /** A teacher, whose answers are learned beside the labels: a model file, or `hf:owner/name`; `off` for none. */
  readonly distill?: string | undefined;
  /** By which the logits of both are divided. */
  readonly distillTemperature?: number | undefined;
  /** Share of the teacher's answers in the loss. */
  readonly distillWeight?: number | undefined;
  /** Of weights, order and augmentation. */
  readonly seed?: number | undefined;
  /** By default `auto`: bfloat16 where the processor multiplies it itself. */
  readonly precision?: 'auto' | 'float32' | 'bfloat16' | undefined;
  /** Options that a recipe has of its own: `{ init: 'small' }`. */
  readonly options?: Readonly<Record<string, string | number>> | undefined;
}

/** Options of a folder of pictures. */
export interface FolderOptions {
  /** Network to train: `small-cnn`, `resnet18`, ... */
  readonly architecture?: string | undefined;
  /** Side of the network's input, pixels. */
  readonly size?: number | undefined;
  /** Trains on smaller pictures first: `128,224`, each side for as many epochs. */
  readonly sizes?: string | undefined;
  /** Share of the pictures of each class for validation; `test` validates with the folder test/. */
  readonly valid?: number | 'test' | undefined;
  /** Where the pictures of the test are, if elsewhere: a folder or a table. */
  readonly test?: string | undefined;
  /** What groups the pictures, which are not put on two sides: a column, `folder`, or a pattern of paths. */
  readonly group?: string | undefined;
  /** Cuts pictures to a square around their center, or stretches them to one. */
  readonly crop?: 'center' | 'stretch' | undefined;
  /** What is learned of a table: one class of each picture, several labels, or numbers; found out if left out. */
  readonly as?: 'single' | 'multi' | 'regression' | undefined;
  /** Columns of a table to learn: `age`, or `x,y`. */
  readonly label?: string | undefined;
  /** What is between several labels in a cell of a table. */
  readonly labelDelimiter?: string | undefined;
  /** An ONNX file: a head is trained on its features. */
  readonly backbone?: string | undefined;
  /** The value in its graph to train on. */
  readonly features?: string | undefined;
  /** Range of its input, such as `-1..1`. */
  readonly scaling?: string | undefined;
  /** Mean of each channel, from 0 to 1, which it wants subtracted. */
  readonly mean?: number | readonly number[] | undefined;
  /** Deviation of each channel by which it wants to be divided. */
  readonly deviation?: number | readonly number[] | undefined;
  /** Order of its input, where the file leaves it open. */
  readonly layout?: 'nchw' | 'nhwc' | undefined;
}

/** Each transform of pictures: how much, several numbers as a text (`0.5,0.1`), or `off`. */
export type AugmentationOptions = {
  readonly [Name in keyof AugmentOptions]?: number | string | boolean | undefined;
} & {
  /** A preset: `none`, `gentle`, `photo`, `aerial`, `digits`. */
  readonly augment?: string | undefined;
};

/** How a run goes, which changes no recipe but by `budget`. */
export interface RunOptions {
  /** Folder of the runs; `runs` in the working folder if left out. */
  readonly runs?: string | undefined;
  /** As many steps as fit into this time, measured first: `10m`, `90s` or `1.5h`. */
  readonly budget?: string | undefined;
  /** The first weights: a checkpoint, a model file or a run; of a run that goes on: `best` or `last`. */
  readonly from?: string | undefined;
  /** Starts a new run, also where one of the same recipe and data was interrupted. */
  readonly fresh?: boolean | undefined;
  /** Checkpoints of so many epochs are kept, beside the best and the last. */
  readonly keep?: number | undefined;
  /** Most memory to take: bytes, or `2g`. */
  readonly maxMemory?: number | string | undefined;
  /** Shows the report at an address on this machine while it grows; `onMessage` says which. By default it does not. */
  readonly live?: boolean | undefined;
  /** Writes TensorBoard's event files into the run's folder. */
  readonly tensorboard?: boolean | undefined;
}

/** Who is told of the training, and what ends it. What these functions throw ends the training with that error. */
export interface TrainingEvents {
  /**
   * Ends the training as Ctrl-C ends the command: the run is saved, and given with `finished: false`. Before there is a run
   * the promise is rejected with the signal's reason.
   */
  readonly signal?: AbortSignal | undefined;
  readonly onStart?: ((start: TrainingStart) => void) | undefined;
  readonly onStep?: ((done: TrainingStepDone) => void) | undefined;
  /** The training goes on when the promise that it may return is settled. */
  readonly onEpoch?: ((epoch: FinishedEpoch) => void | Promise<void>) | undefined;
  /** Called with each line that the command would print. */
  readonly onMessage?: ((line: string) => void) | undefined;
}

/** Options of `train`: those of `trainyard train` in camelCase, and who is told. */
export interface TrainOptions
  extends RecipeOptions,
    FolderOptions,
    RunOptions,
    TrainingEvents,
    AugmentationOptions {}
