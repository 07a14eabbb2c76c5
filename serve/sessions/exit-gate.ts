// Keeps the process from ending while a worker is inside onnxruntime. At `process.exit()` Node terminates all threads, and
// onnxruntime's binding answers that with an exception in C++, which aborts the process: status 134, not the program's own.

/** int32 `[2]`, in memory that the main thread and all workers of a pool share. */
export type ExitGate = Int32Array<SharedArrayBuffer>;

/** How many workers are inside. */
const INSIDE = 0;
/** 1 when the process ends, and nobody may go in. */
const SHUT = 1;

/** Milliseconds that the process waits for those that are inside: more than a batch takes. */
const PATIENCE = 5_000;

export function createExitGate(): ExitGate {
  return new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
}

/** Does work that must not be terminated, in a worker; none, for ever, when the process ends. */
export async function goInside<T>(gate: ExitGate | undefined, work: () => Promise<T>): Promise<T> {
  if (gate === undefined) return work();
  Atomics.add(gate, INSIDE, 1);
  try {
    if (Atomics.load(gate, SHUT) === 0) return await work();
  } finally {
    Atomics.sub(gate, INSIDE, 1);
    Atomics.notify(gate, INSIDE);
  }
  return new Promise(() => {});
}

/**
 * Lets nobody in any more, and blocks this thread until all have come out.
 *
 * @param patience - milliseconds after which it no longer waits.
 * @returns whether all have come out.
 */
export function shutGate(gate: ExitGate, patience = PATIENCE): boolean {
  Atomics.store(gate, SHUT, 1);
  const end = performance.now() + patience;
  for (;;) {
    const inside = Atomics.load(gate, INSIDE);
    const left = end - performance.now();
    if (inside === 0 || left <= 0) return inside === 0;
    Atomics.wait(gate, INSIDE, inside, left);
  }
}
/** Gates that are open. The process ends once, and has one listener for it, however many models are open. */
const gates = new Set<ExitGate>();

/** Makes a gate that is shut when the process ends. @returns it, and what is to be called when nobody uses it any more. */
export function openExitGate(): { readonly gate: ExitGate; readonly remove: () => void } {
  const gate = createExitGate();
  if (gates.size === 0) process.on('exit', shutAll);
  gates.add(gate);
  return {
    gate,
    remove() {
      gates.delete(gate);
      if (gates.size === 0) process.off('exit', shutAll);
    },
  };
}

function shutAll(): void {
  for (const gate of gates) Atomics.store(gate, SHUT, 1);
  for (const gate of gates) shutGate(gate);
}
