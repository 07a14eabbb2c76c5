// A model on one of onnxruntime's backends, whichever it is: batches of inputs in, probabilities out.
import type { InferenceSession, TypedTensor } from 'onnxruntime-web';
import type { Card } from '../../models/card.ts';

export interface Runner {
  /**
   * Runs one batch, when those before it have ended.
   *
   * @param inputs - `[H,W,C]` uint8 each, prepared by the rule of the card.
   * @returns float32 `[labels]` of each.
   */
  run(inputs: readonly Uint8Array[]): Promise<Float32Array[]>;
}

/** The two builds of onnxruntime-web are two copies of its classes: each brings its own. */
type MakeTensor = (data: Uint8Array, dims: readonly number[]) => TypedTensor<'uint8'>;

export function createRunner(session: InferenceSession, makeTensor: MakeTensor, card: Card): Runner {
  const [height, width, channels] = card.input.shape;
  const size = height * width * channels;
  const labels = card.labels.length;

  async function runNow(inputs: readonly Uint8Array[]): Promise<Float32Array[]> {
    const batch = new Uint8Array(inputs.length * size);
    for (const [i, input] of inputs.entries()) batch.set(input, i * size);
    const image = makeTensor(batch, [inputs.length, height, width, channels]);
    const { [card.output.name]: output } = await session.run({ [card.input.name]: image });
    const data = await output?.getData();
    if (!(data instanceof Float32Array) || data.length !== inputs.length * labels) {
      const got = data instanceof Float32Array ? `${data.length} numbers` : 'no float32 numbers';
      throw new Error(
        `the model answered ${inputs.length} pictures with ${got}; its card has ${labels} labels`,
      );
    }
    return inputs.map((_, i) => data.slice(i * labels, (i + 1) * labels));
  }

  /** The last run that was asked for: a session that is asked twice at once never answers, or refuses, on WebGPU. */
  let last: Promise<unknown> = Promise.resolve();
  return {
    run(inputs) {
      const next = last.then(() => runNow(inputs));
      last = next.catch(() => {}); // one that fails does not keep the others
      return next;
    },
  };
}
