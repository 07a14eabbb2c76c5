// The response to an inference request: what a model gives as JSON, as bytes after the JSON, or as the best classes.
// Reference: Triton, docs/protocol/extension_binary_data.md and extension_classification.md.

import { EMBEDDING } from '../../models/embedding.ts';
import { NOVELTY } from '../../models/novelty.ts';
import { printableJson } from '../../models/printable.ts';
import { rank } from '../../models/rank.ts';
import type { ServedModel } from '../engine/models.ts';
import { Refusal } from '../refusal.ts';
import { refuseSharedMemory } from './request.ts';
import type { InferRequest, InferResponse, RequestedOutput } from './schema.ts';

export interface EncodedResponse {
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly headers: Record<string, string>;
}

type Output = InferResponse['outputs'][number];

/** What a model said of the rows of a request. */
export interface InferResults {
  /** For each row of the batch what the model gives, float32 in the order of the card's labels, or its error. */
  readonly rows: readonly (Float32Array | Refusal)[];
  /** How strange each is, of a model that says so. */
  readonly novelty?: readonly (number | undefined)[];
  /** float32 `[features]` of each, where the request asks for it. */
  readonly embeddings?: readonly (Float32Array | undefined)[];
}

/**
 * Encodes the response.
 *
 * @throws Refusal 400 when the request names an output that the model does not have.
 */
export function encodeOutputs(
  request: InferRequest,
  model: ServedModel,
  results: InferResults,
): EncodedResponse {
  const outputs: Output[] = [];
  const blobs: Uint8Array[] = [];
  for (const { tensor, binary } of outputTensors(request, model, results)) {
    if (!binary) outputs.push(tensor.json());
    else {
      const blob = tensor.bytes();
      blobs.push(blob);
      outputs.push({ ...tensor.head, parameters: { binary_data_size: blob.length } });
    }
  }
  const response: InferResponse = {
    ...(request.id === undefined ? {} : { id: request.id }),
    model_name: model.name,
    model_version: String(model.version),
    ...errorsOf(results.rows),
    outputs,
  };
  const text = printableJson(response);
  if (blobs.length === 0) return { body: text, headers: { 'content-type': 'application/json' } };
  const json = Buffer.from(text);
  return {
    body: new Uint8Array(Buffer.concat([json, ...blobs])),
    headers: {
      'content-type': 'application/octet-stream',
      'inference-header-content-length': String(json.length),
    },
  };
}

/** The outputs that a request asks for, or all of them, and whether each is to be bytes. */
export function outputTensors(
  request: InferRequest,
  model: ServedModel,
  { rows, novelty = [], embeddings = [] }: InferResults,
): { tensor: Tensor; binary: boolean }[] {
  const all = request.outputs ?? [];
  const requested: readonly RequestedOutput[] =
    all.length > 0 ? all : outputsOf(model.card).map((name) => ({ name }));
  return requested.map(({ name, parameters }) => {
    const classes = parameters?.classification;
    const tensor =
      name === NOVELTY
        ? numbers(
            name,
            rows.map((_, i) => Float32Array.of(novelty[i] ?? Number.NaN)),
          )
        : name === EMBEDDING
          ? numbers(name, sameLength(embeddings))
          : classes === undefined
            ? outputOf(name, rows, model)
            : classified(name, rows, model, Number(classes));
    const binary = parameters?.binary_data ?? request.parameters?.binary_data_output ?? false;
    return { tensor, binary: binary === true };
  });
}

/** The outputs of a model, by their names. */
export function outputsOf({ output, novelty }: ServedModel['card']): string[] {
  return [output.name, ...(novelty ? [NOVELTY] : [])];
}

/** Outputs that a request may name: an embedding costs something, and is given where it is asked for by its name alone. */
function outputsToName(card: ServedModel['card']): string[] {
  return [...outputsOf(card), EMBEDDING];
}

/** Rows of one length: one without a result is NaN, as in `outputOf`. */
function sameLength(rows: readonly (Float32Array | undefined)[]): Float32Array[] {
  const none = new Float32Array(rows.find((row) => row !== undefined)?.length ?? 0).fill(Number.NaN);
  return rows.map((row) => row ?? none);
}

/** Checks the outputs of a request before any work is done. @throws Refusal 400 when one is not an output of the model. */
export function checkOutputs({ outputs = [] }: InferRequest, { name, card }: ServedModel): void {
  for (const [i, output] of outputs.entries()) {
    refuseSharedMemory(output.parameters, `outputs[${i}]`);
    const names = outputsToName(card);
    if (!names.includes(output.name)) {
      throw new Refusal(
        400,
        `unexpected inference output "${output.name}" for model "${name}", expected ${names.map((each) => `"${each}"`).join(' or ')}`,
      );
    }
    const classes = output.parameters?.classification;
    if (classes !== undefined && (output.name !== card.output.name || card.task === 'regression'))
      throw new Refusal(400, `outputs[${i}].parameters.classification: "${output.name}" has no classes`);
    if (classes !== undefined && !(Number.isInteger(classes) && Number(classes) >= 0)) {
      throw new Refusal(
        400,
        `outputs[${i}].parameters.classification: received ${JSON.stringify(classes)}, expected a number of classes`,
      );
    }
  }
}

/** An output that can be written either way. */
export interface Tensor {
  readonly head: Output;
  json(): Output;
  bytes(): Uint8Array;
}

/** The errors of rows, as parameters of the response; none when all rows are good. */
export function errorsOf(rows: readonly (Float32Array | Refusal)[]): Pick<InferResponse, 'parameters'> {
  const entries = rows.flatMap((row, i): [string, string | number][] =>
    row instanceof Refusal
      ? [
          [`error_${i}`, row.message],
          [`status_${i}`, row.status],
        ]
      : [],
  );
  return entries.length === 0 ? {} : { parameters: Object.fromEntries(entries) };
}

/** A row without a result is NaN, which JSON has as null. */
function outputOf(name: string, all: readonly (Float32Array | Refusal)[], { card }: ServedModel): Tensor {
  const none = new Float32Array(card.labels.length).fill(Number.NaN);
  return numbers(
    name,
    all.map((row) => (row instanceof Refusal ? none : row)),
  );
}

function numbers(name: string, rows: readonly Float32Array[]): Tensor {
  const head: Output = { name, datatype: 'FP32', shape: [rows.length, rows[0]?.length ?? 0] };
  return {
    head,
    json: () => ({
      ...head,
      data: rows.flatMap((row) => Array.from(row, (value) => (Number.isNaN(value) ? null : value))),
    }),
    bytes: () =>
      Buffer.concat(
        rows.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
      ),
  };
}

/** The `count` best classes of each row as `value:index:label`, empty for one without a result; 0 means the tensor itself. */
function classified(
  name: string,
  rows: readonly (Float32Array | Refusal)[],
  model: ServedModel,
  count: number,
): Tensor {
  if (count === 0) return outputOf(name, rows, model);
  const { labels } = model.card;
  const columns = Math.min(count, labels.length);
  const strings = rows.flatMap((row) => {
    if (row instanceof Refusal) return Array.from({ length: columns }, () => '');
    return rank(labels, row, count).map(
      ({ index, label, probability }) => `${probability}:${index}:${label}`,
    );
  });
  const head: Output = { name, datatype: 'BYTES', shape: [rows.length, columns] };
  return {
    head,
    json: () => ({ ...head, data: strings }),
    bytes: () => Buffer.concat(strings.map(withLength)),
  };
}

/** An element of the type BYTES: its length (4 bytes, little-endian), then its bytes. */
function withLength(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([length, bytes]);
}
