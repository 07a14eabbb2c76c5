// Decodes the pictures that workers do not decode themselves (WebP, GIF, profiles, CMYK, ...) with sharp, on the threads
// of sharp. The pixels that are decoded at the same time are limited; further pictures wait as files.
import { NoSharp } from '../../models/image/decode/sharp.ts';
import type { Stored } from '../../models/image/file/picture-header.ts';
import type { Picture } from '../../models/image/picture.ts';
import type { Target } from '../../models/image/work.ts';
import { createSemaphore } from '../../models/weighted-semaphore.ts';
import { uprightHeader } from '../decode/check-work.ts';
import type { CountedHeader } from '../decode/header.ts';
import { Refusal } from '../refusal.ts';
import type { Costs } from '../sessions/cost.ts';
import { LONG_MS } from '../sessions/queue.ts';
import type { Failure, ModelName } from './events.ts';
import { clientGone, deadlinePassed } from './picture-job.ts';

export interface SharpDecodingOptions {
  /** Decodes a file; sharp is loaded for the first one. */
  readonly decodeFile: (bytes: Uint8Array, header: Stored, seconds?: number) => Promise<Picture>;
  /** Pixels that are held decoded at the same time, of small and of large pictures each. */
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

/** A file whose header was read. */
export interface UndecodedFile {
  readonly bytes: Uint8Array;
  readonly header: CountedHeader;
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
  /** The same of those that do not take long. */
  readonly quickCost: number;
  /**
   * Decodes a file and hands the pixels to `use`; they count as held until its promise is settled.
   *
   * @throws Refusal for what the file is, when there is no capacity, or when the client has gone.
   */
  decode<T>(
    file: UndecodedFile,
    request: DecodingRequest,
    use: (decoded: DecodedPicture) => Promise<T>,
  ): Promise<T>;
}

export function createSharpDecoding(options: SharpDecodingOptions): SharpDecoding {
  const { decodeFile, costs, admit, onFailed } = options;
  // Two lines: those who send small pictures do not wait behind those who send large ones.
  const lanes = { quick: createLane(options.decodedPixels), long: createLane(options.decodedPixels) };

  return {
    get cost() {
      return lanes.quick.cost + lanes.long.cost;
    },
    get quickCost() {
      return lanes.quick.cost;
    },
    async decode({ bytes, header }, { name, key, gone, deadline = Number.POSITIVE_INFINITY, target }, use) {
      const start = performance.now();
      const { width, height, scans, decoded } = uprightHeader(header);
      const work = { format: 'PNG', width, height, scans, decoded, bySharp: true } as const;
      const own = costs.ofFile(work, target) + costs.ofRun(key);
      const full = admit(name, own);
      if (full !== undefined) throw full;
      const lane = own < LONG_MS ? lanes.quick : lanes.long;
      lane.add(own);
      const subtract = lane.subtract;
      return lane.withCapacity(width * height, async () => {
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
        const picture = await decodeFile(bytes, header, secondsOf(left))
          .catch((error: unknown) => {
            const late = performance.now() >= start + deadline;
            onFailed(name, late ? 'late' : error instanceof Refusal ? 'refused' : 'failed');
            throw late ? deadlinePassed() : error;
          })
          .finally(() => {
            subtract(own);
          });
        const spent = performance.now() - decodeStart;
        return use({ picture, start, spent, cost: costs.ofPixels(width, height, target) + costs.ofRun(key) });
      });
    },
  };
}

/** Pictures that wait in one line, and what they cost. */
function createLane(capacity: number) {
  let pictures = 0;
  let cost = 0;
  return {
    get cost() {
      return cost;
    },
    add(amount: number): void {
      pictures++;
      cost += amount;
    },
    /** Starts from zero whenever no picture waits, so that rounding errors do not add up. */
    subtract(amount: number): void {
      pictures--;
      cost = pictures === 0 ? 0 : cost - amount;
    },
    withCapacity: createSemaphore(capacity),
  };
}

/** The time after which sharp gives up, in its whole seconds; 0 is never. */
function secondsOf(milliseconds: number): number {
  return milliseconds > MOST_MILLISECONDS ? 0 : Math.ceil(milliseconds / 1000);
}

/** An hour: sharp takes no more. */
const MOST_MILLISECONDS = 3_600_000;

/** Returns a decoder of files, which loads sharp for the first picture. */
export function createFileDecoder(): SharpDecodingOptions['decodeFile'] {
  let opened: ReturnType<typeof open> | undefined;
  async function open() {
    const decoder = await import('../decode/decode.ts');
    await decoder.secureDecoders().catch((error: unknown) => {
      if (!(error instanceof NoSharp)) throw error;
    });
    return decoder;
  }
  return async (bytes, header, seconds) => {
    opened ??= open();
    return (await opened).decodeFile(bytes, header, seconds);
  };
}
