// A graph on one of onnxruntime's backends, whichever it is: arrays in, float32 arrays out.
import type { InferenceSession, TypedTensor } from 'onnxruntime-web';

/** An array for an input. */
export interface Feed {
  readonly data: Uint8Array | Float32Array;
  readonly dims: readonly number[];
}

/** An array of an output. */
export interface Result {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

export interface Graph {
  /**
   * @param outputs - the names of those that are wanted.
   * @returns a result for each of them.
   * @throws Error for an output that is no float32.
   */
  run(feeds: Readonly<Record<string, Feed>>, outputs: readonly string[]): Promise<Result[]>;
}

/** Opens the bytes of an ONNX file, which needs no card. */
export type OpenGraph = (bytes: Uint8Array, how: { threads: number; wasm: string }) => Promise<Graph>;

/** The two builds of onnxruntime-web are two copies of its classes: each brings its own. */
export type MakeTensor = (feed: Feed) => TypedTensor<'uint8'> | TypedTensor<'float32'>;

export function createGraph(session: InferenceSession, makeTensor: MakeTensor): Graph {
  return {
    async run(feeds, outputs) {
      const tensors = Object.entries(feeds).map(([name, feed]) => [name, makeTensor(feed)] as const);
      const results = await session.run(Object.fromEntries(tensors), outputs);
      return Promise.all(
        outputs.map(async (name) => {
          const { [name]: output } = results;
          const data = await output?.getData();
          if (!output || !(data instanceof Float32Array))
            throw new Error(`the model gave no float32 numbers as ${name}`);
          return { data, dims: output.dims };
        }),
      );
    },
  };
}

/**
 * Opens and runs one graph at a time, in the order in which it is asked: a session that is asked twice at once never
 * answers, or refuses, on WebGPU, and so do two sessions. One that fails does not keep the others.
 */
export function inTurn(open: OpenGraph): OpenGraph {
  let last: Promise<unknown> = Promise.resolve();
  function next<T>(work: () => Promise<T>): Promise<T> {
    const worked = last.then(work);
    last = worked.catch(() => {});
    return worked;
  }
  return async (bytes, how) => {
    const graph = await next(() => open(bytes, how));
    return { run: (feeds, outputs) => next(() => graph.run(feeds, outputs)) };
  };
}
