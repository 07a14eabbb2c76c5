// The state of a network: the values of its variables by name.
import type { Variable } from '@tensorflow/tfjs-node-gpu';

/** Values of variables by name, row-major float32. */
export type State = ReadonlyMap<string, Float32Array>;

/** Copies the values out of tfjs's variables. */
export function stateOf(variables: ReadonlyMap<string, Variable>): Map<string, Float32Array> {
  return new Map(
    [...variables].map(([name, variable]) => [name, Float32Array.from(variable.dataSync() as Float32Array)]),
  );
}

/** Something with variables of its own: compiled graphs, a training step. */
export interface Stateful {
  /** The shape of each variable. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  write(state: State): void;
}

/** Sets the variables that `target` has to their values in `state`; what else `state` holds is left out. */
export function writeKnown(target: Stateful, state: State): void {
  target.write(new Map([...state].filter(([name]) => target.shapes.has(name))));
}
