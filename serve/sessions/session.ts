// One model file on onnxruntime: opened, held to its card, run on batches. Blocks its thread; for workers only.
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Card } from '../../models/card.ts';
import { UserError } from '../../models/errors.ts';
import { goldenDifference, goldenInput } from '../../models/golden.ts';

export interface Session {
  /**
   * Runs inputs, each `[H,W,C]` uint8, as one batch.
   *
   * @returns for each input its probabilities, in the order of the card's labels.
   */
  run(inputs: readonly Uint8Array[]): Promise<Float32Array[]>;
}

/**
 * Largest difference from the card's golden probabilities at which a model is trusted. Other processors add float32
 * numbers in another order and come within 1e-6; a wrong file or a broken runtime is off by far more.
 */
const GOLDEN_TOLERANCE = 1e-4;

/**
 * Opens a model file and checks it against its card's golden vectors, which also warms it up.
 *
 * @param threads - threads of one run.
 * @throws UserError when onnxruntime cannot open the file, or it is not what its card says.
 */
export async function openSession(path: string, card: Card, threads: number): Promise<Session> {
  const session = await create(path, threads);
  const { name, shape } = card.input;
  if (!session.inputNames.includes(name) || !session.outputNames.includes(card.output.name)) {
    throw new UserError(
      `its inputs are ${session.inputNames.join(', ')} and its outputs ${session.outputNames.join(', ')}; expected ${name} and ${card.output.name}`,
    );
  }

  async function run(inputs: readonly Uint8Array[]): Promise<Float32Array[]> {
    const feed = new Tensor('uint8', join(inputs), [inputs.length, ...shape]);
    const { [card.output.name]: output } = await session.run({ [name]: feed }, [card.output.name]);
    const all = output?.data;
    const classes = card.labels.length;
    if (!(all instanceof Float32Array) || all.length !== inputs.length * classes) {
      throw new UserError(
        `it gave ${output?.type} [${output?.dims}] for ${inputs.length} pictures; expected float32 [${inputs.length},${classes}]`,
      );
    }
    return inputs.map((_, i) => all.slice(i * classes, (i + 1) * classes));
  }

  await checkGolden(card, run);
  return { run };
}

async function create(path: string, threads: number): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(path, {
      executionProviders: ['cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: 3, // errors; its warnings are about graphs, which whoever serves a model cannot change
    });
  } catch (error) {
    throw new UserError(
      `onnxruntime cannot open it: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

async function checkGolden(card: Card, run: Session['run']): Promise<void> {
  if (card.golden.length === 0) return;
  const answers = await run(card.golden.map(({ input }) => goldenInput(input, card.input.shape)));
  for (const [i, { input, probabilities }] of card.golden.entries()) {
    const difference = goldenDifference(probabilities, answers[i] ?? []);
    if (!(difference <= GOLDEN_TOLERANCE)) {
      throw new UserError(
        `for the built-in picture "${input}" it differs from its card by ${difference.toExponential(1)}, more than ${GOLDEN_TOLERANCE}: the file is damaged, or this machine computes wrongly`,
      );
    }
  }
}

/** `[N,H,W,C]` from N inputs. */
function join(inputs: readonly Uint8Array[]): Uint8Array {
  const [first] = inputs;
  if (first === undefined || inputs.length === 1) return first ?? new Uint8Array();
  const joined = new Uint8Array(inputs.length * first.length);
  for (const [i, input] of inputs.entries()) joined.set(input, i * first.length);
  return joined;
}
