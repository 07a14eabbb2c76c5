// A model as its card says it is: batches of inputs in, what it gives out.
import type { Card } from '../../models/card.ts';
import { NOVELTY } from '../../models/novelty.ts';
import type { Graph } from './graph.ts';

export interface Runner {
  /**
   * Runs one batch.
   *
   * @param inputs - `[H,W,C]` uint8 each, prepared by the rule of the card.
   * @returns float32 `[labels]` of each.
   */
  run(inputs: readonly Uint8Array[]): Promise<Float32Array[]>;
  /** The same, with the novelty of each where the card says that the model gives it. */
  judge(inputs: readonly Uint8Array[]): Promise<Judged>;
}

export interface Judged {
  readonly outputs: readonly Float32Array[];
  readonly novelty: Float32Array | undefined;
}

/** One batch `[N,H,W,C]` of inputs. */
export function batchOf(inputs: readonly Uint8Array[], shape: Card['input']['shape']) {
  const size = shape.reduce((product, side) => product * side, 1);
  const data = new Uint8Array(inputs.length * size);
  for (const [i, input] of inputs.entries()) data.set(input, i * size);
  return { data, dims: [inputs.length, ...shape] };
}

export function createRunner(graph: Graph, card: Card): Runner {
  const labels = card.labels.length;
  async function answer(inputs: readonly Uint8Array[], more: readonly string[]) {
    const batch = batchOf(inputs, card.input.shape);
    const [output, strange] = await graph.run({ [card.input.name]: batch }, [card.output.name, ...more]);
    const { data } = output ?? {};
    if (data?.length !== inputs.length * labels)
      throw new Error(
        `the model answered ${inputs.length} pictures with ${data?.length} numbers; its card has ${labels} labels`,
      );
    const outputs = inputs.map((_, i) => data.slice(i * labels, (i + 1) * labels));
    return { outputs, novelty: strange?.data };
  }
  return {
    run: async (inputs) => (await answer(inputs, [])).outputs,
    judge: (inputs) => answer(inputs, card.novelty ? [NOVELTY] : []),
  };
}
