// Pictures in a JSON body: files in base64, or arrays of pixels.

import { z } from 'zod';
import { messageOf } from '../../models/errors.ts';
import { Refusal } from '../refusal.ts';
import { jsonText } from './json-text.ts';
import { picturesOf } from './pixels.ts';
import { orRefusal, type RequestPictures } from './request-pictures.ts';

const base64Message = 'a picture in base64, with or without "data:image/png;base64," before it';
const base64Meta = { type: 'string', minLength: 1, description: 'A picture file in base64' } as const;
const base64 = z.string(base64Message).min(1, base64Message).describe(base64Meta.description);
const pixels = z
  .array(z.unknown(), 'an array of pixels')
  .describe('Numbers from 0 to 255: [height][width], [height][width][channels], or several of the latter');

/** The forms of a JSON body, except for an array of pixels alone. */
export const jsonFormSchema = z.union([
  z.strictObject({ image: base64 }),
  z.strictObject({
    images: z
      .array(z.unknown().meta(base64Meta), 'an array of pictures in base64')
      .min(1, 'at least one picture')
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
 * @throws Refusal 400 when it is not JSON, or in none of the forms.
 */
export function readJson(body: Uint8Array, most: number): RequestPictures {
  const value = parse(body);
  const request = Array.isArray(value) ? fromPixels(value) : fromObject(value);
  if (request.pictures.length > most) {
    throw new Refusal(400, `received ${request.pictures.length} pictures, expected ${most} at most`);
  }
  return request;
}

function fromObject(value: unknown): RequestPictures {
  const result = jsonFormSchema.safeParse(value);
  if (!result.success) throw new Refusal(400, `received ${outline(value)}; expected one of ${examples}`);
  if ('image' in result.data) return { many: false, pictures: [{ picture: fromBase64(result.data.image) }] };
  if ('pixels' in result.data) return fromPixels(result.data.pixels);
  const pictures = result.data.images.map((image) => ({ picture: orRefusal(() => fromBase64(image)) }));
  return { many: true, pictures };
}

function fromPixels(value: unknown): RequestPictures {
  const pictures = picturesOf(value).map((picture) => ({
    picture: picture instanceof Refusal ? picture : ({ kind: 'picture', picture } as const),
  }));
  return { many: pictures.length > 1, pictures };
}

/** @throws Refusal 400 for text that is not base64: Buffer.from ignores characters that it does not know. */
function fromBase64(text: unknown) {
  if (typeof text !== 'string') throw new Refusal(400, `expected ${base64Message}`);
  const bare = (text.startsWith('data:') ? text.slice(text.indexOf(',') + 1) : text).replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(bare)) throw new Refusal(400, `expected ${base64Message}`);
  return { kind: 'encoded', bytes: new Uint8Array(Buffer.from(bare, 'base64')) } as const;
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(jsonText(body));
  } catch (error) {
    throw new Refusal(400, `the body is not JSON: ${messageOf(error)}`);
  }
}

/** What was received, in short: its keys, not its pictures. */
function outline(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value).slice(0, 40);
  const kinds = Object.entries(value).map(
    ([key, inner]) => `"${key.slice(0, 40)}": ${Array.isArray(inner) ? 'array' : typeof inner}`,
  );
  return `{${kinds.slice(0, 8).join(', ')}}`;
}
