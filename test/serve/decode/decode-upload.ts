// Decodes a file as the server decodes an upload with sharp, in one call.
import type { Picture } from '../../../models/image/picture.ts';
import { decodeFile } from '../../../serve/decode/decode.ts';
import { checkHeader } from '../../../serve/decode/header.ts';

/**
 * @param pixels - how many there may be.
 * @throws Refusal as the server does.
 */
export async function decodeUpload(bytes: Uint8Array, pixels = 1e6): Promise<Picture> {
  return decodeFile(bytes, checkHeader(bytes, { pixels, jpegs: false }));
}
