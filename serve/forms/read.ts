// The pictures that a request carries, in any of four forms: a form's files, the body itself, JSON with base64, pixels.
import type { Context } from 'hono';
import type { Source } from '../engine/index.ts';
import type { Env } from '../http/context.ts';
import type { Held } from '../memory/byte-budget.ts';
import { Refusal } from '../refusal.ts';
import type { Limits } from '../settings/limits.ts';
import { readBody, uploadOf } from '../upload/body.ts';
import { readForm } from '../upload/multipart.ts';
import { readJson } from './json.ts';

export interface Pictures {
  /** Whether the answer is a list, even of one. */
  readonly many: boolean;
  /** At least one. `file` is what the sender calls it. */
  readonly sources: readonly { readonly source: Source; readonly file?: string | undefined }[];
}

/**
 * Reads the pictures. What the body is, its first byte tells, not its content type, which many a sender gets wrong;
 * no format of pictures begins with a bracket.
 *
 * @throws Refusal 400 when there is none, or what is around it is broken; 413 when it is too long.
 */
export async function readPictures(c: Context<Env>, limits: Limits, held: Held): Promise<Pictures> {
  const upload = uploadOf(c, limits.bodyBytes, held);
  if (/^multipart\//i.test(upload.type)) {
    const files = await readForm(upload, limits.picturesPerRequest);
    const sources = files.map(({ name, bytes }) => ({
      file: name,
      source: { kind: 'encoded', bytes } as const,
    }));
    return { many: files.length > 1, sources };
  }
  const bytes = await readBody(upload);
  if (bytes.length === 0) {
    throw new Refusal(
      400,
      'received an empty body, expected a picture: as the body, as the file "img" of a form, or in JSON',
    );
  }
  if (!isJson(bytes)) return { many: false, sources: [{ source: { kind: 'encoded', bytes } }] };
  if (bytes.length > limits.jsonBytes) {
    const mebibytes = limits.jsonBytes / 1024 / 1024;
    throw new Refusal(
      413,
      `received more than ${mebibytes} MiB of JSON: send the picture itself as the body`,
    );
  }
  return readJson(bytes, limits.picturesPerRequest);
}

/** White space of JSON, then an opening bracket. Reference: RFC 8259, section 2. */
function isJson(bytes: Uint8Array): boolean {
  const first = bytes.find((byte) => byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d);
  return first === 0x7b || first === 0x5b;
}
