// How many parts of a picture file are looked at, so that one of millions of tiny ones holds nobody up.
import { Damaged } from './damaged.ts';

/**
 * Segments or chunks of a file at most, since headers are read on the thread that answers everybody: 65,536 take a few
 * milliseconds. Encoders write parts of 4 KiB and more, of which a file of 200 MB, the largest that is read, has 49,000.
 */
export const MOST_PARTS = 65_536;

/**
 * Returns what is to be called for each part.
 *
 * @param what - the parts, for the message: `chunks`.
 * @throws Damaged from it at the part that is one too many.
 */
export function partCounter(what: string, most = MOST_PARTS): () => void {
  let parts = 0;
  return () => {
    if (++parts <= most) return;
    throw new Damaged(`it has more than ${most.toLocaleString('en')} ${what}: save it anew`);
  };
}
