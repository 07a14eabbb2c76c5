// Counts and times of each model, as the Open Inference Protocol's statistics extension gives them.
// Reference: Triton, docs/protocol/extension_statistics.md.
import type { z } from 'zod';
import type { ModelName, Observer } from '../engine/events.ts';
import type { statisticsSchema } from './schema.ts';

/** How often something happened, and how long it took in total, in nanoseconds. */
interface Duration {
  count: number;
  ns: number;
}

type Stage = 'success' | 'fail' | 'queue' | 'compute_input' | 'compute_infer' | 'compute_output';

interface Counts {
  last: number;
  inferences: number;
  executions: number;
  readonly stages: Record<Stage, Duration>;
  /** Runs by their number of pictures. */
  readonly batches: Map<number, Duration>;
}

type ModelStatistics = z.infer<typeof statisticsSchema>['model_stats'][number];

export interface InferenceStatistics {
  readonly observer: Observer;
  of(model: ModelName): ModelStatistics;
}

export function createInferenceStatistics(): InferenceStatistics {
  const counts = new Map<string, Counts>();

  function countsOf(model: ModelName): Counts {
    const key = `${model.name}/${model.version}`;
    const known = counts.get(key) ?? empty();
    counts.set(key, known);
    return known;
  }

  return {
    observer: {
      classified(model, { decode, prepare, queue, run }) {
        const all = countsOf(model);
        all.last = Date.now();
        all.inferences++;
        add(all.stages.success, decode + prepare + queue + run);
        add(all.stages.queue, queue);
        add(all.stages.compute_input, decode + prepare);
        add(all.stages.compute_infer, run);
        add(all.stages.compute_output, 0);
      },
      failed: (model) => add(countsOf(model).stages.fail, 0),
      batched(model, size, milliseconds) {
        const all = countsOf(model);
        all.executions++;
        const batch = all.batches.get(size) ?? { count: 0, ns: 0 };
        all.batches.set(size, batch);
        add(batch, milliseconds);
      },
    },
    of(model) {
      const { last, inferences, executions, stages, batches } = countsOf(model);
      return {
        name: model.name,
        version: String(model.version),
        last_inference: last,
        inference_count: inferences,
        execution_count: executions,
        inference_stats: stages,
        batch_stats: [...batches].map(([batch_size, compute_infer]) => ({
          batch_size,
          compute_input: { count: compute_infer.count, ns: 0 },
          compute_infer,
          compute_output: { count: compute_infer.count, ns: 0 },
        })),
      };
    },
  };
}

function empty(): Counts {
  const none = () => ({ count: 0, ns: 0 });
  return {
    last: 0,
    inferences: 0,
    executions: 0,
    stages: {
      success: none(),
      fail: none(),
      queue: none(),
      compute_input: none(),
      compute_infer: none(),
      compute_output: none(),
    },
    batches: new Map(),
  };
}

function add(duration: Duration, milliseconds: number): void {
  duration.count++;
  duration.ns += Math.round(milliseconds * 1e6);
}
