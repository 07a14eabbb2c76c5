// What a picture file is before it is decoded.
import type { Orientation } from '../picture.ts';
import type { Decodable } from './format.ts';

export interface PictureHeader {
  readonly format: Decodable;
  /** As it is stored: before it is turned upright. Of an animation, its canvas. */
  readonly width: number;
  readonly height: number;
  readonly orientation: Orientation;
  /** Of a sample. */
  readonly bits: number;
  readonly color: 'gray' | 'RGB' | 'palette' | 'CMYK';
  readonly alpha: boolean;
  /** It has more pictures than the first, which is taken: frames or pages. */
  readonly animated: boolean;
  /**
   * 2 for a JPEG of more pixels than pictures have by default: sharp halves it while it decodes. So telephones'
   * photographs of 108 and 200 megapixels are read in little memory; not progressive ones, which take much all the same.
   */
  readonly shrink?: 2 | undefined;
  /** Its pixels are 8-bit sRGB as they are stored, and nothing is odd about it: our own decoders may try it. */
  readonly plain: boolean;
}

/** What decoding takes of it; the pictures behind the first one are hidden from sharp where there are some. */
export type Stored = Pick<PictureHeader, 'format' | 'width' | 'height' | 'orientation' | 'shrink'> &
  Partial<Pick<PictureHeader, 'animated'>>;
