// What training from code takes, tells on its way, and gives.
import type { EpochTime } from '../loop/epoch-timer.ts';
import type { DefinedRecipe } from '../project/define-recipe.ts';
import type { Recipe } from '../recipes/recipe.ts';
import type { EpochRow, TestResults } from '../runs/checkpoint.ts';

/** A run to go on with: by its name, its folder, or what `train` gave of it. */
export interface ResumeSource {
  readonly resume: string | Pick<TrainedRun, 'folder'>;
}

/**
 * What is trained: the path of a folder of pictures, or of a table (CSV) or a Parquet file of them; a recipe, by its name, ours or one of a
 * trainyard.config.ts, by the path of its file, or as `defineRecipe` gives it where all that it names is built in; an
 * exported model file (`.onnx`), whose card has its recipe; or a run to go on with.
 */
export type TrainSource = string | URL | DefinedRecipe | ResumeSource;

/** A training that is about to take its first step. */
export interface TrainingStart {
  /** Name of the run, such as `0001-photos`, and its folder. */
  readonly name: string;
  readonly folder: string;
  readonly recipe: Recipe;
  /** Steps that are done: more than 0 of a run that goes on. */
  readonly step: number;
  /** Steps in all, and of one epoch. */
  readonly steps: number;
  readonly stepsPerEpoch: number;
}

/** A step that is done. */
export interface TrainingStepDone {
  /** From 1. */
  readonly step: number;
  /** Of the batch, before the step. */
  readonly loss: number;
  readonly learningRate: number;
  /** Right answers in the batch, before the step. */
  readonly correct: number;
}

/** An epoch that is evaluated and saved, and how long it took. */
export interface FinishedEpoch extends EpochRow, EpochTime {}

/** A run that was trained, to its end or until it was ended: all of it is in its folder. */
export interface TrainedRun {
  /** `0001-photos` */
  readonly name: string;
  /** Its folder, absolute: checkpoints, the recipe, metrics.csv, the report. */
  readonly folder: string;
  readonly recipe: Recipe;
  /** All epochs of the run, those from before a resume among them. */
  readonly rows: readonly EpochRow[];
  /** The epoch with the fewest errors, whose weights are exported; undefined where none is done. */
  readonly best: EpochRow | undefined;
  /** What the test images gave, by which nothing was chosen; undefined where there are none, or it has not ended. */
  readonly tested: TestResults | undefined;
  /** Whether it took all its steps; else `train({ resume: run })` goes on, to the same weights. */
  readonly finished: boolean;
  /** Path of its report, a page. */
  readonly report: string;
}

/**
 * A training that is under way: a promise of the run, and its epochs one after another.
 *
 * In a `for await` loop the training waits at each epoch's end until the next one is asked for; leaving the loop saves the
 * run and ends the training, and `await` then gives the run.
 */
export interface Training extends Promise<TrainedRun>, AsyncIterable<FinishedEpoch> {}
