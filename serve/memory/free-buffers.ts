// Frees the memory of buffers at once. Chunks of request bodies that wait for the garbage collector count as heap growth:
// about eighty bodies of 100 kB caused a collection of the whole heap. And without a collection, a file of 64 MB stays.
import { MessageChannel } from 'node:worker_threads';

/**
 * @returns a function that frees the memory of chunks, which have length 0 afterwards. A chunk that is a view of a larger
 * buffer is left as it is.
 */
export function openFreeBuffers(): (chunks: readonly Uint8Array[]) => void {
  const { port1, port2 } = new MessageChannel();
  port2.close(); // a buffer that is transferred to a closed port is freed
  return (chunks) => {
    const whole = chunks.filter(({ length, buffer }) => length === buffer.byteLength);
    port1.postMessage(
      undefined,
      whole.flatMap(({ buffer }) => (buffer instanceof ArrayBuffer ? [buffer] : [])),
    );
  };
}
