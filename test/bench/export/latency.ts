// How fast onnxruntime runs two files of one network, turn by turn.
import * as ort from 'onnxruntime-node';

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

/** Runs within a turn. */
const RUNS = 7;

async function medianRun(session: ort.InferenceSession, feeds: Record<string, ort.Tensor>): Promise<number> {
  const taken: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    const began = performance.now();
    await session.run(feeds);
    taken.push(performance.now() - began);
  }
  return taken.sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? Number.NaN;
}
