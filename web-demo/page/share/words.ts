// What a link to this page holds, and what it does not, in words.
import { longest } from '../draw/link.ts';
import { formatCount } from '../shell/format.ts';

export interface LinkState {
  /** Letters of a drawing that is too long for a link. */
  readonly tooLong: number | undefined;
  readonly shows: 'drawing' | 'photo' | 'nothing';
  /** Name of a model that was opened from a file of this device. */
  readonly file: string | undefined;
}

const opens: Record<LinkState['shows'], string> = {
  drawing: 'The link opens the page with this drawing',
  photo: 'The link opens this side of the page without the photo, which no link holds',
  nothing: 'The link opens the page',
};

/** What to say of a link. One that is not usable would open without the drawing: nobody should copy it. */
export function linkInWords({ tooLong, shows, file }: LinkState): { usable: boolean; words: string } {
  if (tooLong !== undefined) {
    const words = `No link holds this drawing: it takes ${formatCount(tooLong)} letters, and programs cut links of more than ${formatCount(longest)}. Share the picture instead.`;
    return { usable: false, words };
  }
  const model = file === undefined ? '' : `, and with another model: ${file} is on this device alone`;
  return { usable: true, words: `${opens[shows]}${model}.` };
}
