// Refuses a picture that is too much work before it is decoded.
import type { Stored } from '../../models/image/file/picture-header.ts';
import { type Target, type ToDecode, tooMuch } from '../../models/image/work.ts';
import { Refusal } from '../refusal.ts';

/**
 * @param header - of the upright picture.
 * @param most - pixels at most.
 * @returns a refusal with 413 when a picture has more pixels, or is more work, than may be.
 */
export function checkWork(
  format: string,
  header: ToDecode,
  most: number,
  target?: Target,
): Refusal | undefined {
  const reason = tooMuch(header, most, target);
  return reason === undefined ? undefined : new Refusal(413, `received a ${format} ${reason}`);
}

/** The header with the size of the upright picture as it is decoded: orientations 5 to 8 swap its sides. */
export function uprightHeader<T extends Omit<Stored, 'format'>>(header: T): T & Pick<ToDecode, 'decoded'> {
  const { width, height, orientation, shrink = 1 } = header;
  if (orientation < 5 && shrink === 1) return header;
  const [across, down] = [Math.ceil(width / shrink), Math.ceil(height / shrink)];
  const sides = orientation >= 5 ? { width: down, height: across } : { width: across, height: down };
  return { ...header, ...sides, decoded: width * height };
}
