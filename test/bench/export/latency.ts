// How fast onnxruntime runs two files of one network, turn by turn.
import * as ort from '../../../setup/libraries/onnxruntime.ts';

export interface Latency {
  batch: number;
  /** Milliseconds of each turn's median run, of the first file and of the second. */
  milliseconds: [number[], number[]];
}

/** Every file has a turn in every round; each round begins with another one. */
export async function latencies(
  files: readonly [Uint8Array, Uint8Array],
  feeds: (batch: number) => Record<string, ort.Tensor>,
  rounds: number,
  batches: readonly number[],
): Promise<Latency[]> {
  const sessions = await Promise.all(files.map((file) => ort.InferenceSession.create(file)));
  const results: Latency[] = [];
  for (const batch of batches) {
    const inputs = feeds(batch);
    const milliseconds: [number[], number[]] = [[], []];
    for (let round = -1; round < rounds; round++)
      for (const turn of [0, 1] as const) {
        const which = (turn + round) & 1 ? 1 : 0;
        const taken = await medianRun(sessions[which] as ort.InferenceSession, inputs);
        // The first round warms up.
        if (round >= 0) milliseconds[which].push(taken);
      }
    results.push({ batch, milliseconds });
  }
  for (const session of sessions) await session.release();
  return results;
}

/** A turn lasts this long at least, milliseconds, and this many runs: small networks take a tenth of a millisecond. */
const TURN = 250;
const RUNS = 7;

/** Runs before a turn counts take this long: the threads of the other session keep looking for work for a while. */
const SETTLING = 50;

async function medianRun(session: ort.InferenceSession, feeds: Record<string, ort.Tensor>): Promise<number> {
  const settled = performance.now() + SETTLING;
  while (performance.now() < settled) await session.run(feeds);
  const taken: number[] = [];
  const over = performance.now() + TURN;
  while (taken.length < RUNS || performance.now() < over) {
    const began = performance.now();
    await session.run(feeds);
    taken.push(performance.now() - began);
  }
  return taken.sort((a, b) => a - b)[Math.floor(taken.length / 2)] ?? Number.NaN;
}
