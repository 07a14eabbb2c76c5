// From an encoded picture to probabilities: reads the header, decodes, and hands the pixels to a worker.
import { readHeader, secureDecoders } from './decode/decode.ts';
import type { Engine, Source } from './engine.ts';
import { createGate } from './gate.ts';
import type { Limits } from './limits.ts';
import type { ServedModel } from './models.ts';
import type { Timings } from './observe.ts';
import { Refusal } from './refusal.ts';
import type { Pixels } from './sessions/messages.ts';
import type { ModelPool } from './sessions/pool.ts';

export interface Classified {
  /** float32, in the order of the card's labels. */
  readonly probabilities: Float32Array;
  readonly timings: Timings;
}

/**
 * Makes a classifier. Decoding runs on sharp's own threads, and is started from the main thread: a worker that ends
 * while sharp works for it takes the process along (sharp 0.35: its callback finds no JavaScript to return to).
 */
export function createClassifier(pool: Pick<ModelPool, 'run'>, limits: Limits): Engine['classify'] {
  secureDecoders();
  const whenRoom = createGate(limits.decodedPixels);
  let pending = 0;

  async function classifyEncoded(model: ServedModel, bytes: Uint8Array): Promise<Classified> {
    const start = performance.now();
    const picture = await readHeader(bytes, limits.pixels);
    const header = performance.now() - start;
    return whenRoom(picture.width * picture.height, async () => {
      const begin = performance.now();
      const decoded = await picture.decode();
      const decode = header + performance.now() - begin;
      return run(model, { picture: decoded }, start, decode);
    });
  }

  async function run(model: ServedModel, pixels: Pixels, start: number, decode: number): Promise<Classified> {
    const { probabilities, prepare, run } = await pool.run(model, pixels);
    const queue = Math.max(0, performance.now() - start - decode - prepare - run);
    return { probabilities, timings: { decode, prepare, queue, run } };
  }

  function classify(model: ServedModel, source: Source): Promise<Classified> {
    if (source.kind === 'encoded') return classifyEncoded(model, source.bytes);
    const pixels = source.kind === 'picture' ? { picture: source.picture } : { input: source.data };
    return run(model, pixels, performance.now(), 0);
  }

  return async (model, source) => {
    if (pending >= limits.pending) {
      throw new Refusal(
        503,
        `${pending} pictures are waiting already, as many as may: try again in a moment`,
      );
    }
    pending++;
    try {
      return await classify(model, source);
    } finally {
      pending--;
    }
  };
}
