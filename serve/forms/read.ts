// Reads the pictures of a request, in any of four forms: a form's files, the body itself, JSON with base64, or pixels.
import type { AppContext } from '../http/context.ts';
import type { RequestMemory } from '../memory/byte-budget.ts';
import { Refusal } from '../refusal.ts';
import type { Limits } from '../settings/limits.ts';
import { readBody, uploadOf } from '../upload/body.ts';
import { readForm } from '../upload/multipart.ts';
import { readJson } from './json.ts';
import { isJson } from './json-text.ts';
import type { RequestPictures } from './request-pictures.ts';

/**
 * Reads the pictures. Whether a body is JSON is decided by its first byte, not by its content type, which many clients
 * get wrong; no picture format starts with a bracket.
 *
 * @throws Refusal 400 when there is no picture, or the form or JSON around it is malformed; 413 when it is too long.
 */
export async function readRequestPictures(
  c: AppContext,
  limits: Limits,
  memory: RequestMemory,
): Promise<RequestPictures> {
  const upload = uploadOf(c, limits.bodyBytes, memory);
  if (/^multipart\//i.test(upload.type)) {
    const files = await readForm(upload, limits.picturesPerRequest);
    const pictures = files.map(({ name, content }) => ({
      file: name,
      picture: content instanceof Refusal ? content : ({ kind: 'encoded', bytes: content } as const),
    }));
    return { many: files.length > 1, pictures };
  }
  const bytes = await readBody(upload);
  if (bytes.length === 0) {
    throw new Refusal(
      400,
      'received an empty body, expected a picture: as the body, as the file "img" of a form, or in JSON',
    );
  }
  if (!isJson(bytes)) return { many: false, pictures: [{ picture: { kind: 'encoded', bytes } }] };
  if (bytes.length > limits.jsonBytes) {
    const mebibytes = limits.jsonBytes / 1024 / 1024;
    throw new Refusal(
      413,
      `received more than ${mebibytes} MiB of JSON: send the picture itself as the body`,
    );
  }
  return readJson(bytes, limits.picturesPerRequest);
}
