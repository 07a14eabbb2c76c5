// Frees memory at once. Left to the collector, what bodies arrive in counts as growth of the heap: some eighty bodies of
// 100 kB brought about a collection of all of it. And a file of 64 MB stays where nothing brings one about.
import { MessageChannel } from 'node:worker_threads';

/**
 * @returns a function that frees the memory of chunks, which are empty then. One that is a part of more memory is left as
 * it is.
 */
export function openFree(): (chunks: readonly Uint8Array[]) => void {
  const { port1, port2 } = new MessageChannel();
  port2.close(); // what is moved to a port that nobody listens at is freed
  return (chunks) => {
    const whole = chunks.filter(({ length, buffer }) => length === buffer.byteLength);
    port1.postMessage(
      undefined,
      whole.flatMap(({ buffer }) => (buffer instanceof ArrayBuffer ? [buffer] : [])),
    );
  };
}
