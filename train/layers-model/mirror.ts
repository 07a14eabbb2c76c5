// Keeps a model's weights in JavaScript and those of the compiled step the same, each copied when somebody asks for it.
import type { LayerVariable } from '@tensorflow/tfjs-node-gpu';

/** Where the weights are trained. */
export interface Trained {
  /** Brings the weights as they are now into the model. */
  pull(): void;
}

export interface Mirror {
  /** The step has changed its weights: the model's are out of date until somebody reads one. */
  stepDone(): void;
  /** Whether somebody has written to the model's weights, and the step has not got them yet. */
  isModelAhead(): boolean;
  /** The step has the model's weights. */
  pushed(): void;
  /** Brings the model up to date, and leaves its weights alone from then on. */
  end(): void;
  /** Runs `body` on the weights as they are in the model. */
  without<T>(body: () => T): T;
}

/**
 * Watches a model's weights: whoever reads one, as `predict`, `save` and callbacks do, gets what was trained so far; what
 * is written to one, as `setWeights` does, is trained on.
 */
export function mirror(weights: readonly LayerVariable[], { pull }: Trained): Mirror {
  let [isStepAhead, isModelAhead, isOff] = [false, false, false];
  const bringUpToDate = () => {
    if (!isStepAhead || isOff) return;
    isStepAhead = false;
    without(pull);
  };
  const without = <T>(body: () => T): T => {
    const before = isOff;
    isOff = true;
    try {
      return body();
    } finally {
      isOff = before;
    }
  };
  for (const weight of weights) {
    const { read, write } = weight;
    define(weight, 'read', () => {
      bringUpToDate();
      return read.call(weight);
    });
    define(weight, 'write', (value: Parameters<typeof write>[0]) => {
      bringUpToDate();
      write.call(weight, value);
      if (!isOff) isModelAhead = true;
      return weight;
    });
  }
  return {
    stepDone: () => {
      isStepAhead = true;
    },
    isModelAhead: () => isModelAhead,
    pushed: () => {
      isModelAhead = false;
    },
    without,
    end() {
      bringUpToDate();
      for (const weight of weights) for (const key of ['read', 'write']) Reflect.deleteProperty(weight, key);
    },
  };
}

function define(weight: LayerVariable, key: 'read' | 'write', value: unknown): void {
  Object.defineProperty(weight, key, { value, configurable: true });
}
