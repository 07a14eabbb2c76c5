// A form as browsers and curl send it: takes the files out of the field `img`; of a large one while the body arrives.

import busboy from 'busboy';
import { messageOf } from '../../models/errors.ts';
import { Refusal } from '../refusal.ts';
import { readBody } from './body.ts';
import { plainPart, readPlainForm } from './plain-form.ts';
import { concatenate, receive, type Upload } from './receive.ts';

/** A file of a form. */
export interface FormFile {
  /** As its sender calls it, who may not. */
  readonly name: string | undefined;
  readonly bytes: Uint8Array;
}

/** The field that holds a picture; several may come. */
const FIELD = 'img';

const plain = plainPart(FIELD);

const example = `curl -F ${FIELD}=@picture.png`;

/** Bytes of a body up to which it is read as a whole first. */
const WHOLE = 1024 * 1024;

/** Header lines of a part at most, and bytes of a field: none is expected. */
const limits = { headerPairs: 32, fieldSize: 1024 };

/**
 * Reads the files of a multipart body.
 *
 * @param most - files at most.
 * @returns at least one, in order.
 * @throws Refusal 400 when the body is broken, or is not one or more files in the field `img`; 413 as `receive` does.
 */
export async function readForm(upload: Upload, most: number): Promise<FormFile[]> {
  const { type, announced } = upload;
  if (announced === undefined || announced > WHOLE) {
    return parseForm(type, most, (take) => receive(upload, take));
  }
  const body = await readBody(upload);
  return readPlainForm(body, type, plain, most) ?? parseForm(type, most, async (take) => take(body));
}

/** @param feed - hands over every chunk of the body. */
async function parseForm(
  type: string,
  most: number,
  feed: (take: (chunk: Buffer) => void) => Promise<void>,
): Promise<FormFile[]> {
  const parser = createParser(type, most);
  const files: { readonly name: string | undefined; readonly chunks: Buffer[] }[] = [];
  let wrong: Refusal | undefined;
  const refuse = (message: string) => {
    wrong ??= new Refusal(400, message);
  };
  parser.on('file', (name, file, { filename }) => {
    file.on('error', () => {}); // cut off: the parser says so too, but a stream whose error nobody hears ends the process
    if (name !== FIELD)
      refuse(`received a file in the field "${name}", expected it in "${FIELD}": ${example}`);
    else {
      const chunks: Buffer[] = [];
      files.push({ name: filename, chunks });
      file.on('data', (chunk: Buffer) => chunks.push(chunk));
      return;
    }
    file.resume();
  });
  parser.on('field', (name) => {
    if (name === FIELD) refuse(`received text in the field "${FIELD}", expected a file: ${example}`);
    else refuse(`received a field "${name}", expected only the file "${FIELD}"; options go into the address`);
  });
  parser.on('partsLimit', () => refuse(`received more than ${most} parts, expected ${most} files at most`));
  parser.on('error', (error) => refuse(`the multipart body is broken: ${messageOf(error)}`));
  const parsed = new Promise<void>((resolve) => parser.once('close', resolve));

  try {
    await feed((chunk) => {
      if (!parser.destroyed) parser.write(chunk);
      if (wrong !== undefined) throw wrong;
    });
    parser.end();
    await parsed;
  } finally {
    parser.destroy();
  }
  if (wrong !== undefined) throw wrong;
  if (files.length === 0)
    throw new Refusal(400, `received a form without a file, expected "${FIELD}": ${example}`);
  return files.map(({ name, chunks }) => {
    if (chunks.length === 0) throw new Refusal(400, `received an empty file in the field "${FIELD}"`);
    return { name, bytes: concatenate(chunks) };
  });
}

function createParser(contentType: string, most: number): busboy.Busboy {
  try {
    return busboy({
      headers: { 'content-type': contentType },
      limits: { ...limits, parts: most },
      defParamCharset: 'utf8',
    });
  } catch (error) {
    throw new Refusal(400, `the multipart body cannot be read: ${messageOf(error)}`);
  }
}
