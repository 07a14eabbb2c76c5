// Parses an inference request: the JSON, and the bytes of the tensors that follow it.
// Reference: Triton, docs/protocol/extension_binary_data.md.
import type { ServedModel } from '../engine/models.ts';
import { bytesOfBase64 } from '../forms/base64.ts';
import { type JsonBounds, MOST_ARRAYS, parseJson, SPARE } from '../forms/parse-json.ts';
import { orRefusal } from '../forms/request-pictures.ts';
import { Refusal } from '../refusal.ts';
import type { Limits } from '../settings/limits.ts';
import { type Datatype, datatypes, type InferRequest, inferRequestSchema } from './schema.ts';

/** An input tensor: its elements as in the JSON, as little-endian bytes, or those of BYTES one by one. */
export interface InputTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly datatype: Datatype;
  readonly content:
    | { readonly json: unknown }
    | { readonly bytes: Uint8Array }
    | { readonly elements: readonly Uint8Array<ArrayBuffer>[] };
}

export interface Inference {
  readonly request: InferRequest;
  readonly inputs: readonly InputTensor[];
}

/**
 * Reads an inference request.
 *
 * @param headerLength - the header `Inference-Header-Content-Length`: bytes of the JSON; 0 when the body is the bytes of
 * one input alone; undefined when the whole body is JSON.
 * @param limits - of the JSON: its bytes, and the rows of its tensor.
 * @throws Refusal 400, which names the field, when a length or a field is not valid; 413 for too much JSON.
 */
export function readInference(
  body: Uint8Array,
  headerLength: string | undefined,
  limits: Pick<Limits, 'jsonBytes' | 'rowsPerRequest'>,
  model: ServedModel,
): Inference {
  const length = lengthOf(body, headerLength);
  if (length > limits.jsonBytes) {
    throw new Refusal(
      413,
      `received ${length} bytes of JSON, expected ${limits.jsonBytes} at most: send tensors as binary data, after the JSON`,
    );
  }
  if (length === 0 && headerLength !== undefined) return bytesAlone(body, model);
  const request = parse(body.subarray(0, length), model, limits.rowsPerRequest);
  let at = length;
  const inputs = request.inputs.map((input, i): InputTensor => {
    const size = input.parameters?.binary_data_size;
    refuseSharedMemory(input.parameters, `inputs[${i}]`);
    const { name, shape, datatype } = input;
    if (size === undefined) return { name, shape, datatype, content: { json: input.data } };
    if (input.data !== undefined) throw new Refusal(400, `inputs[${i}] has both data and binary_data_size`);
    if (typeof size !== 'number' || !Number.isInteger(size) || size < 0 || size > body.length - at) {
      throw new Refusal(
        400,
        `inputs[${i}].parameters.binary_data_size: received ${JSON.stringify(size)}, but ${body.length - at} bytes follow`,
      );
    }
    const bytes = body.subarray(at, at + size);
    at += size;
    return { name, shape, datatype, content: { bytes } };
  });
  if (at !== body.length) {
    throw new Refusal(
      400,
      `received ${body.length - length} bytes after the JSON, but the inputs have ${at - length} by their binary_data_size`,
    );
  }
  return { request, inputs };
}

/** A request of bytes alone is one picture for the model's one input, and all outputs are sent as bytes. */
function bytesAlone(bytes: Uint8Array, { card }: ServedModel): Inference {
  const { name, shape } = card.input;
  const input: InferRequest['inputs'][number] = { name, shape: [1, ...shape], datatype: 'UINT8' };
  return {
    request: { parameters: { binary_data_output: true }, inputs: [input] },
    inputs: [{ ...input, content: { bytes } }],
  };
}

function lengthOf(body: Uint8Array, headerLength: string | undefined): number {
  if (headerLength === undefined) return body.length;
  const length = /^[0-9]{1,10}$/.test(headerLength) ? Number(headerLength) : Number.NaN;
  if (length <= body.length) return length;
  throw new Refusal(
    400,
    `Inference-Header-Content-Length: received ${headerLength}, expected the number of bytes of the JSON, at most the ${body.length} of the body`,
  );
}

function parse(bytes: Uint8Array, model: ServedModel, rows: number): InferRequest {
  const { name, shape } = model.card.input;
  const otherwise = `a request has ${rows} rows of "${name}" [${shape}] at most, and may send them as binary data, after the JSON`;
  const value = parseJson(bytes, boundsOf(shape, rows), otherwise);
  const result = inferRequestSchema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = (issue?.path ?? [])
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('');
  const place = field.slice(1) || 'the request';
  throw new Refusal(400, `${place}: ${issue?.message}; expected an inference request, as /docs describes it`);
}

/** What the JSON holds at most: a tensor of the model's input, each of its rows, lines and pixels in an array. */
function boundsOf([height, width, channels]: readonly [number, number, number], rows: number): JsonBounds {
  const arrays = rows * (1 + height + height * width);
  return {
    arrays: Math.min(arrays + SPARE, MOST_ARRAYS),
    values: arrays + rows * height * width * channels + SPARE,
    texts: rows + SPARE,
  };
}

/** @throws Refusal 400 when the tensor is in shared memory, which this server does not read. */
export function refuseSharedMemory(parameters: Record<string, unknown> | undefined, place: string): void {
  if (parameters?.shared_memory_region === undefined) return;
  throw new Refusal(400, `${place}: shared memory is not supported; send the data with the request`);
}

/** The number of elements of a shape. */
export function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

/**
 * The elements of a tensor of whole numbers from 0 to 255, row by row. A row with another element is a refusal.
 *
 * @throws Refusal 400 when there are not as many as its shape says.
 */
export function readBytesOf({ name, shape, content }: InputTensor): (Uint8Array | Refusal)[] {
  const rows = shape[0] ?? 0;
  const expected = elementsOf(shape) * datatypes.UINT8;
  if ('elements' in content) throw wrongLength(name, 0, shape);
  const elements = 'bytes' in content ? content.bytes : flatten(content.json, shape.length, expected, name);
  if (elements.length !== expected) throw wrongLength(name, elements.length, shape);
  const size = expected / rows;
  // Each in its own buffer: a view would take the whole tensor to the worker.
  return Array.from({ length: rows }, (_, row) => {
    const at = row * size;
    if (elements instanceof Uint8Array) return elements.slice(at, at + size);
    return orRefusal(() =>
      Uint8Array.from(elements.slice(at, at + size), (value, i) => {
        if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 255) return value;
        throw new Refusal(400, `input "${name}", element ${at + i}: expected a whole number from 0 to 255`);
      }),
    );
  });
}

/**
 * The elements of a tensor of the type BYTES. In JSON they are base64, since pictures are no text; one that is not is a
 * refusal in its place.
 *
 * @throws Refusal 400 when there are not as many as its shape says.
 */
export function readStringsOf({ name, shape, content }: InputTensor): (Uint8Array<ArrayBuffer> | Refusal)[] {
  const expected = elementsOf(shape);
  if ('bytes' in content) return splitBytes(content.bytes, expected, name, shape);
  if ('elements' in content) {
    if (content.elements.length !== expected) throw wrongLength(name, content.elements.length, shape);
    return [...content.elements];
  }
  const elements = flatten(content.json, shape.length, expected, name);
  if (elements.length !== expected) throw wrongLength(name, elements.length, shape);
  return elements.map((value, i) => {
    const bytes = typeof value === 'string' ? bytesOfBase64(value) : undefined;
    if (bytes !== undefined) return bytes;
    return new Refusal(
      400,
      `input "${name}", element ${i}: expected a picture in base64, or send it as binary data`,
    );
  });
}

/** Each element is its length (4 bytes, little-endian), then its bytes. */
function splitBytes(bytes: Uint8Array, expected: number, name: string, shape: readonly number[]) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const elements: Uint8Array<ArrayBuffer>[] = [];
  let at = 0;
  while (at < bytes.length) {
    const length = at + 4 <= bytes.length ? view.getUint32(at, true) : Number.POSITIVE_INFINITY;
    at += 4;
    if (length > bytes.length - at) {
      throw new Refusal(
        400,
        `input "${name}", element ${elements.length}: its length goes beyond the tensor's bytes`,
      );
    }
    elements.push(bytes.slice(at, at + length));
    at += length;
  }
  if (elements.length !== expected) throw wrongLength(name, elements.length, shape);
  return elements;
}

/** The elements of an array that may be nested down to `depth`; it stops when there are more than `most`. */
function flatten(json: unknown, depth: number, most: number, name: string): unknown[] {
  if (!Array.isArray(json)) throw new Refusal(400, `input "${name}": expected an array as its data`);
  let level: unknown[] = json;
  for (let i = 1; i < depth && Array.isArray(level[0]); i++) {
    const next: unknown[] = [];
    for (const inner of level) {
      if (!Array.isArray(inner)) throw new Refusal(400, `input "${name}": its data is nested unevenly`);
      if (next.length + inner.length > most)
        throw new Refusal(400, `input "${name}": it has more data than its shape`);
      for (const value of inner) next.push(value);
    }
    level = next;
  }
  return level;
}

function wrongLength(name: string, received: number, shape: readonly number[]): Refusal {
  return new Refusal(
    400,
    `input "${name}": received ${received} elements, expected ${elementsOf(shape)} by its shape [${shape}]`,
  );
}
