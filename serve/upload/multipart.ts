// A form as browsers and curl send it: takes the file out of the field `img` while the body arrives.
import busboy from 'busboy';
import { Refusal } from '../refusal.ts';
import { concatenate, receive, type Upload } from './receive.ts';

/** The field that holds the picture. */
const FIELD = 'img';

const example = `curl -F ${FIELD}=@picture.png`;

/** Parts of a form at most, and header lines of each: one is expected. */
const limits = { parts: 8, headerPairs: 32, fieldSize: 1024 };

/**
 * Reads the one file of a multipart body.
 *
 * @throws Refusal 400 when the body is broken, or is not exactly one file in the field `img`; 413 as `receive` does.
 */
export async function readForm(upload: Upload): Promise<Uint8Array<ArrayBuffer>> {
  const parser = createParser(upload.type);
  let chunks: Buffer[] | undefined;
  let wrong: Refusal | undefined;
  const refuse = (message: string) => {
    wrong ??= new Refusal(400, message);
  };
  parser.on('file', (name, file) => {
    file.on('error', () => {}); // cut off: the parser says so too, but a stream whose error nobody hears ends the process
    if (name !== FIELD)
      refuse(`received a file in the field "${name}", expected it in "${FIELD}": ${example}`);
    else if (chunks !== undefined) refuse(`received several files in the field "${FIELD}", expected one`);
    else {
      const own: Buffer[] = [];
      chunks = own;
      file.on('data', (chunk: Buffer) => own.push(chunk));
      return;
    }
    file.resume();
  });
  parser.on('field', (name) => {
    if (name === FIELD) refuse(`received text in the field "${FIELD}", expected a file: ${example}`);
    else refuse(`received a field "${name}", expected only the file "${FIELD}"; options go into the address`);
  });
  parser.on('partsLimit', () => refuse(`received more than ${limits.parts} parts, expected one file`));
  parser.on('error', (error) => refuse(`the multipart body is broken: ${reason(error)}`));
  const parsed = new Promise<void>((resolve) => parser.once('close', resolve));

  try {
    await receive(upload, (chunk) => {
      if (!parser.destroyed) parser.write(chunk);
      if (wrong !== undefined) throw wrong;
    });
    parser.end();
    await parsed;
  } finally {
    parser.destroy();
  }
  if (wrong !== undefined) throw wrong;
  if (chunks === undefined)
    throw new Refusal(400, `received a form without a file, expected "${FIELD}": ${example}`);
  if (chunks.length === 0) throw new Refusal(400, `received an empty file in the field "${FIELD}"`);
  return concatenate(chunks);
}

function createParser(contentType: string): busboy.Busboy {
  try {
    return busboy({ headers: { 'content-type': contentType }, limits, defParamCharset: 'utf8' });
  } catch (error) {
    throw new Refusal(400, `the multipart body cannot be read: ${reason(error)}`);
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
