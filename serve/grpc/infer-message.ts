// From the message of an inference request to the request that HTTP has too, and from its results to the message.
import type { ServedModel } from '../engine/models.ts';
import { errorsOf, type InferResults, outputTensors } from '../openinference/outputs.ts';
import { type Inference, type InputTensor, refuseSharedMemory } from '../openinference/request.ts';
import { type Datatype, datatypes, MOST_SIDES, MOST_TENSORS } from '../openinference/schema.ts';
import { Refusal } from '../refusal.ts';
import { readBytesContents, readUintContents, writeFloatContents, writeTextContents } from './contents.ts';
import { type InferParameter, type ParametersEntry, type Requests, writeResponse } from './messages.ts';

type InferMessage = Requests['ModelInferRequest'];

/**
 * The request of a message.
 *
 * @param most - rows at most.
 * @throws Refusal 400, which names the field.
 */
export function inferenceOf(message: InferMessage, most: number): Inference {
  const { id, inputs, outputs, raw_input_contents: raw } = message;
  for (const [what, { length }] of Object.entries({ inputs, outputs }))
    if (length > MOST_TENSORS)
      throw new Refusal(400, `${what}: received ${length} elements, expected ${MOST_TENSORS} at most`);
  if (raw.length > 0 && raw.length !== inputs.length)
    throw new Refusal(
      400,
      `raw_input_contents: received ${raw.length} elements, expected ${inputs.length}, one for each of the inputs, or none`,
    );
  return {
    request: {
      ...(id !== '' && { id }),
      parameters: parametersOf(message.parameters),
      inputs: [],
      outputs: outputs.map(({ name, parameters }) => ({ name, parameters: parametersOf(parameters) })),
    },
    inputs: inputs.map((input, i) => inputTensor(input, i, raw[i], most)),
  };
}

function inputTensor(
  { name, datatype, shape, parameters, contents }: InferMessage['inputs'][number],
  i: number,
  raw: Uint8Array | undefined,
  most: number,
): InputTensor {
  refuseSharedMemory(parametersOf(parameters), `inputs[${i}]`);
  if (!isDatatype(datatype))
    throw new Refusal(
      400,
      `inputs[${i}].datatype: received ${JSON.stringify(datatype)}, expected one of ${Object.keys(datatypes).join(', ')}`,
    );
  if (shape.length > MOST_SIDES)
    throw new Refusal(
      400,
      `inputs[${i}].shape: received ${shape.length} elements, expected ${MOST_SIDES} at most`,
    );
  const sides = shape.map((side) => {
    if (typeof side === 'number' && side >= 0) return side;
    throw new Refusal(400, `inputs[${i}].shape: received ${side}, expected whole numbers from 0 on`);
  });
  const tensor = { name, datatype, shape: sides };
  if (raw !== undefined) {
    if (contents === undefined) return { ...tensor, content: { bytes: raw } };
    throw new Refusal(400, `inputs[${i}] has both contents and raw_input_contents`);
  }
  const given = contents ?? new Uint8Array();
  if (datatype === 'BYTES') return { ...tensor, content: { elements: readBytesContents(given, name, most) } };
  return { ...tensor, content: { bytes: datatype === 'UINT8' ? readUintContents(given, name) : given } };
}

function isDatatype(name: string): name is Datatype {
  return Object.hasOwn(datatypes, name);
}

/** Parameters by their names, as JSON has them. */
function parametersOf(entries: readonly ParametersEntry[]): Record<string, unknown> {
  return Object.fromEntries(entries.map(({ key, value = {} }) => [key, Object.values(value)[0]]));
}

/**
 * The bytes of a `ModelInferResponse`. Its tensors are raw where those of the request are, as Triton's always are.
 *
 * @throws Refusal 400 as `outputTensors` does.
 */
export function inferResponse(
  { request }: Inference,
  model: ServedModel,
  results: InferResults,
  raw: boolean,
): Uint8Array {
  const tensors = outputTensors(request, model, results).map(({ tensor }) => tensor);
  return writeResponse('ModelInferResponse', {
    model_name: model.name,
    model_version: String(model.version),
    id: request.id,
    parameters: Object.entries(errorsOf(results.rows).parameters ?? {}).map(([key, value]) => ({
      key,
      value: parameterOf(value),
    })),
    outputs: tensors.map(({ head, bytes, json }) => ({
      ...head,
      ...(!raw && {
        contents:
          head.datatype === 'BYTES'
            ? writeTextContents(json().data?.map(String) ?? [])
            : writeFloatContents(bytes()),
      }),
    })),
    raw_output_contents: raw ? tensors.map(({ bytes }) => bytes()) : [],
  });
}

function parameterOf(value: unknown): InferParameter {
  return typeof value === 'number' ? { int64_param: value } : { string_param: String(value) };
}
