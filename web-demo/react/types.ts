// The public types of the React hook.
import type { LoadOptions, Model, ModelFileSource } from '../component/types.ts';

/** What a component knows of its model. */
export interface Classifier {
  /** There once `status` is `ready`. */
  readonly model: Model | undefined;
  /** `idle` without a source, then `loading`, then `ready` or `error`. */
  readonly status: 'idle' | 'loading' | 'ready' | 'error';
  /** From 0 to 1: how much of the runtime and the model has come. */
  readonly progress: number;
  /** Why the model cannot be used; a `ModelError` says it by its `reason`. */
  readonly error: Error | undefined;
  /**
   * Classifies one picture, or several, once the model is there: `model.classify`. The function stays the same.
   *
   * @throws what `status` `error` is about; ModelError when the component has gone, or has no source.
   */
  readonly classify: Model['classify'];
}

/**
 * Opens a model for as long as the component is mounted.
 *
 * @param source - the address of a model file, or the file; a new one closes the old model. None: nothing is loaded yet.
 * @param options - of `loadModel`; another value of one opens the model anew.
 */
export type UseClassifier = (
  source: ModelFileSource | null | undefined,
  options?: Omit<LoadOptions, 'signal' | 'progress'>,
) => Classifier;
