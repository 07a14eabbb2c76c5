// Pictures in a JSON body: files in base64, or arrays of pixels.

import { z } from 'zod';
import { Refusal } from '../refusal.ts';
import { bytesOfBase64 } from './base64.ts';
import { MOST_ARRAYS, parseJson, SPARE } from './parse-json.ts';
import { isList, picturesOf } from './pixels.ts';
import { orRefusal, type RequestPictures } from './request-pictures.ts';

const base64Message = 'a picture in base64, with or without "data:image/png;base64," before it';
const base64Meta = { type: 'string', minLength: 1, description: 'A picture file in base64' } as const;
const base64 = z.string().min(1).describe(base64Meta.description);
const pixels = z
  .array(z.unknown())
  .describe('Numbers from 0 to 255: [height][width], [height][width][channels], or several of the latter');

/** The forms of a JSON body, except for an array of pixels alone. */
export const jsonFormSchema = z.union([
  z.strictObject({ image: base64 }),
  z.strictObject({
    images: z
      .array(z.unknown().meta(base64Meta))
      .min(1)
      .describe('Picture files in base64; one that is not has its own error in its place'),
  }),
  z.strictObject({ pixels }),
]);

const examples =
  '{"image": "<base64>"}, {"images": ["<base64>", ...]}, {"pixels": [[0, 255], ...]} or [[0, 255], ...]';

/**
 * Reads the pictures of a JSON body.
 *
 * @param most - pictures at most.
 * @throws Refusal 400 when it is not JSON, or in none of the forms; 413 when it holds more than pictures can.
 */
export function readJson(body: Uint8Array, most: number): RequestPictures {
  // A picture may have any number of pixels: the bytes of the body bound their values.
  const bounds = { arrays: MOST_ARRAYS, values: body.length, texts: most + SPARE };
  const value = parseJson(body, bounds, 'send the picture itself as the body');
  return Array.isArray(value) ? fromPixels(value, most) : fromObject(value, most);
}

function fromObject(value: unknown, most: number): RequestPictures {
  const result = jsonFormSchema.safeParse(value);
  if (!result.success) throw new Refusal(400, `received ${outline(value)}; expected one of ${examples}`);
  if ('image' in result.data) return { many: false, pictures: [{ picture: fromBase64(result.data.image) }] };
  if ('pixels' in result.data) return fromPixels(result.data.pixels, most);
  refuseMore(result.data.images.length, most);
  const pictures = result.data.images.map((image) => ({ picture: orRefusal(() => fromBase64(image)) }));
  return { many: true, pictures };
}

function fromPixels(value: unknown, most: number): RequestPictures {
  if (isList(value)) refuseMore(value.length, most);
  const pictures = picturesOf(value).map((picture) => ({
    picture: picture instanceof Refusal ? picture : ({ kind: 'picture', picture } as const),
  }));
  return { many: pictures.length > 1, pictures };
}

/** Before anything is made of them: a refusal for each of a million would take minutes. @throws Refusal 400. */
function refuseMore(pictures: number, most: number): void {
  if (pictures > most) throw new Refusal(400, `received ${pictures} pictures, expected ${most} at most`);
}

/** @throws Refusal 400 for what is not base64. */
function fromBase64(text: unknown) {
  const bare =
    typeof text === 'string' && text.startsWith('data:') ? text.slice(text.indexOf(',') + 1) : text;
  const bytes = typeof bare === 'string' ? bytesOfBase64(bare) : undefined;
  if (bytes === undefined) throw new Refusal(400, `expected ${base64Message}`);
  return { kind: 'encoded', bytes } as const;
}

/** What was received, an object as it begins with its brace, in short: its keys, not its pictures. */
function outline(value: unknown): string {
  const kinds = Object.entries(Object(value)).map(
    ([key, inner]) => `"${key.slice(0, 40)}": ${Array.isArray(inner) ? 'array' : typeof inner}`,
  );
  return `{${kinds.slice(0, 8).join(', ')}}`;
}
