// What a teacher needs of its surroundings: something that opens model files and runs them.
import type { Card } from '../../../models/card.ts';

/** An open model file. */
export interface Session {
  /** @returns float32 of each input `[H,W,C]`. */
  run(inputs: readonly Uint8Array[]): Promise<Float32Array[]>;
  close(): Promise<void>;
}

export interface Runtime {
  /** @param output - The name of the value that is asked for. */
  open(model: Uint8Array, card: Card, output: string): Promise<Session>;
  /** Name and version, for the card. */
  readonly name: string;
}

/** Inputs that go through a file at a time, when it is tried. */
const BATCH = 8;

/** Opens a file, runs it, and closes it. */
export async function runOnce(
  runtime: Runtime,
  file: Uint8Array,
  card: Card,
  output: string,
  inputs: readonly Uint8Array[],
): Promise<Float32Array[]> {
  const session = await runtime.open(file, card, output);
  try {
    const answers: Float32Array[] = [];
    for (let from = 0; from < inputs.length; from += BATCH)
      answers.push(...(await session.run(inputs.slice(from, from + BATCH))));
    return answers;
  } finally {
    await session.close();
  }
}
