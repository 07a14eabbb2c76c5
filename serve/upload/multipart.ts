// Reads the files in the field `img` of a form (multipart/form-data); a large form is parsed while its body arrives.

import busboy from 'busboy';
import { messageOf } from '../../models/errors.ts';
import { Refusal } from '../refusal.ts';
import { readBody } from './body.ts';
import { type FormFile, plainPart, readPlainForm } from './plain-form.ts';
import { concatenate, receive, type Upload } from './receive.ts';

/** The field that holds the picture; it may occur several times. */
const FIELD = 'img';

const plain = plainPart(FIELD);

const example = `curl -F ${FIELD}=@picture.png`;

/** A body up to this number of bytes is received completely before it is parsed. */
const WHOLE = 1024 * 1024;

/** Bytes of a text field that are kept: none is expected. The headers of a part have 16 KiB at most, as busboy has it. */
const TEXT = 1024;

/**
 * Reads the files of a multipart body.
 *
 * @param most - files at most.
 * @returns at least one, in order. One that is empty or in another field is a refusal in its place.
 * @throws Refusal 400 when the body is malformed, or has no file, or a field that is no picture; 413 as `receive` does.
 */
export async function readForm(upload: Upload, most: number): Promise<FormFile[]> {
  const { type, announced, encodings = [] } = upload;
  if (encodings.length === 0 && (announced === undefined || announced > WHOLE)) {
    return parseForm(type, most, (take) => receive(upload, take));
  }
  const body = await readBody(upload);
  return readPlainForm(body, type, plain, most) ?? parseForm(type, most, async (take) => take(body));
}

/** @param feed - calls its argument with every chunk of the body. */
async function parseForm(
  type: string,
  most: number,
  feed: (take: (chunk: Buffer) => void) => Promise<void>,
): Promise<FormFile[]> {
  const parser = createParser(type, most);
  const files: { readonly name: string | undefined; readonly content: Buffer[] | Refusal }[] = [];
  let wrong: Refusal | undefined;
  const refuse = (message: string) => {
    wrong ??= new Refusal(400, message);
  };
  parser.on('file', (name, file, { filename }) => {
    file.on('error', () => {}); // the form ended early: the parser says so too, but a stream error without a listener ends the process
    if (name === FIELD) {
      const chunks: Buffer[] = [];
      files.push({ name: filename, content: chunks });
      file.on('data', (chunk: Buffer) => chunks.push(chunk));
      return;
    }
    const message = `received a file in the field "${name}", expected it in "${FIELD}": ${example}`;
    files.push({ name: filename, content: new Refusal(400, message) });
    file.resume();
  });
  parser.on('field', (name) => {
    if (name === FIELD) {
      const message = `received text in the field "${FIELD}", expected a file: ${example}`;
      files.push({ name: undefined, content: new Refusal(400, message) });
    } else
      refuse(`received a field "${name}", expected only the file "${FIELD}"; options go into the address`);
  });
  parser.on('partsLimit', () => refuse(`received more than ${most} parts, expected ${most} files at most`));
  parser.on('error', (error) => refuse(`the multipart body is malformed: ${messageOf(error)}`));
  const parsed = new Promise<void>((resolve) => parser.once('close', resolve));

  await feed((chunk) => {
    parser.write(chunk);
    if (wrong !== undefined) throw wrong;
  });
  parser.end();
  await parsed;
  if (wrong !== undefined) throw wrong;
  if (files.length === 0)
    throw new Refusal(400, `received a form without a file, expected "${FIELD}": ${example}`);
  return files.map(({ name, content }) => {
    if (content instanceof Refusal) return { name, content };
    const empty = new Refusal(400, `received an empty file in the field "${FIELD}"`);
    return { name, content: content.length === 0 ? empty : concatenate(content) };
  });
}

function createParser(contentType: string, most: number): busboy.Busboy {
  try {
    return busboy({
      headers: { 'content-type': contentType },
      // It says so at the end of the last part that may be: one more may be.
      limits: { fieldSize: TEXT, parts: most + 1 },
      defParamCharset: 'utf8',
    });
  } catch (error) {
    throw new Refusal(400, `the multipart body cannot be read: ${messageOf(error)}`);
  }
}
