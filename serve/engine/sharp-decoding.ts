// Decodes the pictures that workers do not decode themselves (WebP, GIF, profiles, CMYK, ...) with sharp, on the threads
// of sharp. The pixels that are decoded at the same time are limited; further pictures wait as files.
import type { Picture } from '../../models/image/picture.ts';
import type { Target } from '../../models/image/work.ts';
import type { UndecodedPicture } from '../decode/decode.ts';
import { Refusal } from '../refusal.ts';
import type { Costs } from '../sessions/cost.ts';
import type { Failure, ModelName } from './events.ts';
import { clientGone, deadlinePassed } from './picture-job.ts';
import { createSemaphore } from './weighted-semaphore.ts';

export interface SharpDecodingOptions {
  /** Reads a picture's header; the decoder is loaded for the first picture that needs it. */
  readonly readHeader: (bytes: Uint8Array, target?: Target) => Promise<UndecodedPicture>;
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
  /** Milliseconds after which a result is of no value. */
  readonly deadline?: number | undefined;
  /** What the picture becomes. */
  readonly target?: Target | undefined;
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
    async decode(bytes, { name, key, gone, deadline = Number.POSITIVE_INFINITY, target }, use) {
      const start = performance.now();
      const refuse = (error: unknown): never => {
        onFailed(name, error instanceof Refusal ? 'refused' : 'failed');
        throw error;
      };
      const file = await readHeader(bytes, target).catch(refuse);
      const header = performance.now() - start;
      const own = costs.ofFile({ ...file, format: 'PNG' }) + costs.ofRun(key);
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
        const left = start + deadline - decodeStart;
        if (left <= 0) {
          subtract(own);
          onFailed(name, 'late');
          throw deadlinePassed();
        }
        const picture = await file
          .decode(secondsOf(left))
          .catch((error: unknown) => {
            if (performance.now() < start + deadline) return refuse(error);
            onFailed(name, 'late');
            throw deadlinePassed();
          })
          .finally(() => {
            subtract(own);
          });
        const spent = header + performance.now() - decodeStart;
        return use({
          picture,
          start,
          spent,
          cost: costs.ofPixels(file.width, file.height, target) + costs.ofRun(key),
        });
      });
    },
  };
}

/** The time after which sharp gives up, in its whole seconds; 0 is never. */
function secondsOf(milliseconds: number): number {
  return milliseconds > MOST_MILLISECONDS ? 0 : Math.ceil(milliseconds / 1000);
}

/** An hour: sharp takes no more. */
const MOST_MILLISECONDS = 3_600_000;

/**
 * Returns a reader of headers, which loads sharp for the first picture.
 *
 * @param pixels - of a picture at most.
 */
export function createHeaderReader(pixels: number): SharpDecodingOptions['readHeader'] {
  let decoder: ReturnType<typeof openDecoder> | undefined;
  async function openDecoder() {
    const sharp = await import('../decode/decode.ts');
    sharp.secureDecoders();
    return sharp;
  }
  return async (bytes, target) => {
    decoder ??= openDecoder();
    return (await decoder).readHeader(bytes, pixels, target);
  };
}
