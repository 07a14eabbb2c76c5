// Parses the JSON of a request, once it is known to hold no more than a request can: a few kilobytes, compressed, may be
// millions of brackets or keys, and while JSON.parse makes arrays and objects of them, nobody else is served.
import { messageOf } from '../../models/errors.ts';
import { Refusal } from '../refusal.ts';
import { jsonText } from './json-text.ts';

/** What the JSON of a request may hold; its bytes are counted before. */
export interface JsonBounds {
  /** Arrays at most, each in another or not. */
  readonly arrays: number;
  /** Elements of all arrays and values of all objects together, at most. */
  readonly values: number;
  /** Texts at most, those that are keys among them. */
  readonly texts: number;
}

/** Arrays of one request at most: as many as 8 MiB hold pixels of three numbers. */
export const MOST_ARRAYS = 2 ** 20;

/** Keys, names and parameters of a request: few are known, but a client may add its own. */
export const SPARE = 1_000;

/** Objects in a request at most. */
const MOST_OBJECTS = 1_000;

/** Arrays and objects in each other at most; the deepest that is read has ten. */
const MOST_NESTED = 64;

/**
 * The value of a JSON body in UTF-8, or in UTF-16 with a byte order mark.
 *
 * @param otherwise - what to do when it holds too much, such as `send the picture itself as the body`.
 * @throws Refusal 413 when it holds more than `most`, 400 when it is nested deeper than 64, or is not JSON.
 */
export function parseJson(bytes: Uint8Array, most: JsonBounds, otherwise: string): unknown {
  const text = jsonText(bytes);
  refuseTooMuch(text, most, otherwise);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Refusal(400, `failed to parse the JSON of the request: ${messageOf(error)}`);
  }
}

/** Counts by the characters outside of texts; whether they are JSON is for the parser to say. */
function refuseTooMuch(text: string, most: JsonBounds, otherwise: string): void {
  let [arrays, objects, commas, texts, depth] = [0, 0, 0, 0, 0];
  let isText = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isText) {
      if (code === 0x5c)
        at++; // a backslash: what follows does not end the text
      else if (code === 0x22) isText = false;
      continue;
    }
    if (code === 0x2c) commas++;
    else if (code === 0x22) {
      isText = true;
      if (++texts > most.texts) throw tooMuch('texts', most.texts);
    } else if (code === 0x5b || code === 0x7b) {
      if (++depth > MOST_NESTED)
        throw new Refusal(400, `received JSON nested deeper than ${MOST_NESTED} arrays and objects`);
      if (code === 0x5b && ++arrays > most.arrays) throw tooMuch('arrays', most.arrays);
      if (code === 0x7b && ++objects > MOST_OBJECTS) throw tooMuch('objects', MOST_OBJECTS);
    } else if (code === 0x5d || code === 0x7d) depth--;
  }
  // Of n values in an array or an object, all but one have a comma before them.
  if (commas + arrays + objects > most.values) throw tooMuch('values', most.values);

  function tooMuch(what: string, number: number): Refusal {
    return new Refusal(
      413,
      `received JSON with more than ${number.toLocaleString('en')} ${what}: ${otherwise}`,
    );
  }
}
