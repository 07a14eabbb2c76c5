// How long one picture takes, of two models in turn, so that whatever disturbs the machine disturbs both.
import { goldenInput } from '../../models/golden.ts';
import type { Shape } from '../../models/image/shape.ts';
import * as ort from '../../setup/libraries/onnxruntime.ts';
import { createInferenceSession, type ModelSource } from '../parity/session.ts';

export interface Latency {
  /** Milliseconds of one picture, in the round with the median ratio. */
  readonly before: number;
  readonly after: number;
  /** Median over the rounds of after / before. */
  readonly ratio: number;
}

const ROUNDS = 21;

/** Milliseconds that one model runs in a round. */
const TURN = 30;

/** Measures both models on one picture at a time. */
export async function compareLatency(
  before: ModelSource,
  after: ModelSource,
  shape: Shape,
): Promise<Latency> {
  // As onnxruntime opens them by itself.
  const sessions = [
    await createInferenceSession(before, { extra: {} }),
    await createInferenceSession(after, { extra: {} }),
  ] as const;
  const image = new ort.Tensor('uint8', goldenInput('noise', shape), [1, ...shape]);
  const turn = async (session: ort.InferenceSession): Promise<number> => {
    const began = performance.now();
    let runs = 0;
    do {
      await session.run({ image });
      runs++;
    } while (performance.now() - began < TURN);
    return (performance.now() - began) / runs;
  };
  const times: (readonly [number, number])[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const both = [await turn(sessions[0]), await turn(sessions[1])] as const;
    // The first round is a warm-up: caches are filled, threads started.
    if (round > 0) times.push(both);
  }
  await Promise.all(sessions.map((session) => session.release()));
  return medianRound(times);
}

/** The round whose ratio is in the middle: its times and its ratio belong together. */
export function medianRound(times: readonly (readonly [before: number, after: number])[]): Latency {
  const rounds = times.map(([before, after]) => ({ before, after, ratio: after / before }));
  const [first] = rounds;
  if (first === undefined) throw new Error('there was no round');
  return rounds.sort((a, b) => a.ratio - b.ratio)[Math.floor(rounds.length / 2)] ?? first;
}
