// Everything that a recipe can name, as lists: the built-in ones, or a user's own instead.
import { type ArchitectureDefinition, architectures } from '../architectures/index.ts';
import { type TransformDefinition, transforms } from '../augment/transforms.ts';
import { type DatasetDefinition, datasets } from '../datasets/index.ts';
import { type OptimizerDefinition, optimizers } from '../optimizers/index.ts';
import { type ScheduleDefinition, schedules } from '../optimizers/schedules/index.ts';

export interface Registry {
  readonly architectures: readonly ArchitectureDefinition[];
  readonly datasets: readonly DatasetDefinition[];
  readonly optimizers: readonly OptimizerDefinition[];
  readonly schedules: readonly ScheduleDefinition[];
  readonly transforms: readonly TransformDefinition[];
}

export const builtIn = { architectures, datasets, optimizers, schedules, transforms } as const;

export type BuiltIn = typeof builtIn;
