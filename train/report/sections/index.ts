// The sections of a run's report, in their order.
import type { Section } from '../section.ts';
import { activations } from './activations.ts';
import { attention } from './attention.ts';
import { augmentation } from './augmentation.ts';
import { biasVariance } from './bias-variance.ts';
import { calibration } from './calibration.ts';
import { classes } from './classes.ts';
import { confusion } from './confusion.ts';
import { curves } from './curves.ts';
import { environment } from './environment.ts';
import { epochs } from './epochs.ts';
import { filters } from './filters.ts';
import { labels } from './labels.ts';
import { lesson } from './lesson.ts';
import { meanImage } from './mean-image.ts';
import { numbers } from './numbers.ts';
import { precisionRecall } from './precision-recall.ts';
import { recipe } from './recipe.ts';
import { reproduce } from './reproduce.ts';
import { sampleBatch } from './sample-batch.ts';
import { timeMemory } from './time-memory.ts';
import { topLosses } from './top-losses.ts';
import { worstTargets } from './worst-targets.ts';

export const sections: readonly Section[] = [
  lesson,
  curves,
  epochs,
  biasVariance,
  classes,
  confusion,
  topLosses,
  labels,
  precisionRecall,
  numbers,
  worstTargets,
  attention,
  calibration,
  meanImage,
  filters,
  activations,
  sampleBatch,
  augmentation,
  recipe,
  timeMemory,
  environment,
  reproduce,
];
