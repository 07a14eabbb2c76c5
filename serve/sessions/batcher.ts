// Gathers single inputs into batches: what came while one batch ran is the next one. None waits for others to come.

/** What an input got, and how long the batch that it was in took, in milliseconds. */
export interface Batched<Output> {
  readonly output: Output;
  readonly milliseconds: number;
}

interface Waiting<Input, Output> {
  readonly input: Input;
  readonly resolve: (result: Batched<Output>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Returns a function that runs one input as part of a batch.
 *
 * @param run - runs a batch and gives an output for each input, in order; never called before it is done.
 * @param largest - inputs in a batch at most.
 */
export function createBatcher<Input, Output>(
  run: (inputs: readonly Input[]) => Promise<readonly Output[]>,
  largest: number,
): (input: Input) => Promise<Batched<Output>> {
  const waiting: Waiting<Input, Output>[] = [];
  let running = false;

  async function runWaiting(): Promise<void> {
    running = true;
    while (waiting.length > 0) {
      await new Promise(setImmediate); // lets in what has arrived already
      await runBatch(waiting.splice(0, largest));
    }
    running = false;
  }

  async function runBatch(batch: readonly Waiting<Input, Output>[]): Promise<void> {
    const start = performance.now();
    try {
      const outputs = await run(batch.map(({ input }) => input));
      const milliseconds = performance.now() - start;
      for (const [i, { resolve, reject }] of batch.entries()) {
        const output = outputs[i];
        if (output === undefined) reject(new Error(`no output ${i} of a batch of ${batch.length}`));
        else resolve({ output, milliseconds });
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  return (input) =>
    new Promise((resolve, reject) => {
      waiting.push({ input, resolve, reject });
      if (!running) void runWaiting();
    });
}
