// Decodes the pictures that workers do not decode themselves (WebP, GIF, profiles, CMYK, ...) with sharp, on the threads
// of sharp. The pixels that are decoded at the same time are limited; further pictures wait as files.
import type { Picture } from '../../models/image/picture.ts';
import type { UndecodedPicture } from '../decode/decode.ts';
import { Refusal } from '../refusal.ts';
import type { Costs } from '../sessions/cost.ts';
import type { Failure, ModelName } from './events.ts';
import { clientGone } from './picture-job.ts';
import { createSemaphore } from './weighted-semaphore.ts';

export interface SharpDecodingOptions {
  /** Reads a picture's header; the decoder is loaded for the first picture that needs it. */
  readonly readHeader: (bytes: Uint8Array) => Promise<UndecodedPicture>;
  /** Pixels that are held decoded at the same time. */
  readonly decodedPixels: number;
  readonly costs: Pick<Costs, 'ofFile' | 'ofPixels' | 'ofRun'>;
  readonly admit: (name: ModelName, cost: number) => Refusal | undefined;
  readonly onFailed: (name: ModelName, failure: Failure) => void;
}

/** For whom a picture is decoded. */
export interface DecodingRequest {
  readonly name: ModelName;
  /** Key of the model's session. */
  readonly key: string;
  readonly gone: (() => boolean) | undefined;
}

/** A picture that is decoded. */
export interface DecodedPicture {
  readonly picture: Picture;
  /** `performance.now()` when it came. */
  readonly start: number;
  /** Milliseconds that this took. */
  readonly spent: number;
  /** Milliseconds of a worker that it will still take. */
  readonly cost: number;
}

export interface SharpDecoding {
  /** Milliseconds of work of the pictures that are not decoded yet. */
  readonly cost: number;
  /**
   * Decodes a file and hands the pixels to `use`; they count as held until its promise is settled.
   *
   * @throws Refusal for what the file is, when there is no capacity, or when the client has gone.
   */
  decode<T>(
    bytes: Uint8Array,
    request: DecodingRequest,
    use: (decoded: DecodedPicture) => Promise<T>,
  ): Promise<T>;
}

export function createSharpDecoding(options: SharpDecodingOptions): SharpDecoding {
  const { readHeader, costs, admit, onFailed } = options;
  const withCapacity = createSemaphore(options.decodedPixels);
  let pictures = 0;
  let cost = 0;

  /** Starts from zero whenever no picture waits, so that rounding errors do not add up. */
  function subtract(amount: number): void {
    pictures--;
    cost = pictures === 0 ? 0 : cost - amount;
  }

  return {
    get cost() {
      return cost;
    },
    async decode(bytes, { name, key, gone }, use) {
      const start = performance.now();
      const refuse = (error: unknown): never => {
        onFailed(name, error instanceof Refusal ? 'refused' : 'failed');
        throw error;
      };
      const file = await readHeader(bytes).catch(refuse);
      const header = performance.now() - start;
      const own = costs.ofFile({ format: 'PNG', orientation: 1, ...file }) + costs.ofRun(key);
      const full = admit(name, own);
      if (full !== undefined) throw full;
      pictures++;
      cost += own;
      return withCapacity(file.width * file.height, async () => {
        if (gone?.()) {
          subtract(own);
          onFailed(name, 'gone');
          throw clientGone();
        }
        const decodeStart = performance.now();
        const picture = await file
          .decode()
          .catch(refuse)
          .finally(() => {
            subtract(own);
          });
        const spent = header + performance.now() - decodeStart;
        return use({
          picture,
          start,
          spent,
          cost: costs.ofPixels(file.width, file.height) + costs.ofRun(key),
        });
      });
    },
  };
}

/**
 * Returns a reader of headers, which loads sharp for the first picture.
 *
 * @param pixels - of a picture at most.
 */
export function createHeaderReader(pixels: number): (bytes: Uint8Array) => Promise<UndecodedPicture> {
  let decoder: ReturnType<typeof openDecoder> | undefined;
  async function openDecoder() {
    const sharp = await import('../decode/decode.ts');
    sharp.secureDecoders();
    return sharp;
  }
  return async (bytes) => {
    decoder ??= openDecoder();
    return (await decoder).readHeader(bytes, pixels);
  };
}
