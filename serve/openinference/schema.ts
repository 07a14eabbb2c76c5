// The messages of the Open Inference Protocol, version 2, over HTTP.
// Reference: https://github.com/kserve/open-inference-protocol and, for the extensions,
// https://github.com/triton-inference-server/server/tree/main/docs/protocol.
import { z } from 'zod';

/** The protocol's data types, with the bytes of an element; each element of BYTES has its own length. */
export const datatypes = {
  BOOL: 1,
  UINT8: 1,
  UINT16: 2,
  UINT32: 4,
  UINT64: 8,
  INT8: 1,
  INT16: 2,
  INT32: 4,
  INT64: 8,
  FP16: 2,
  FP32: 4,
  FP64: 8,
  BF16: 2,
  BYTES: undefined,
} as const;

export type Datatype = keyof typeof datatypes;

/** Inputs of a request at most, and outputs; a model has one of each. */
export const MOST_TENSORS = 16;

/** Sides of a tensor at most. */
export const MOST_SIDES = 8;

const count = z.int().min(0);
const parameters = z
  .record(z.string(), z.unknown())
  .optional()
  .describe('Values are strings, numbers or booleans; parameters that this server does not know are ignored');
const shape = z.array(z.int().min(-1)).max(MOST_SIDES);
const datatype = z.enum(Object.keys(datatypes) as [Datatype, ...Datatype[]]); // Object.keys forgets the type of the keys

/** An array whose length is checked before its elements: each bad one of a million would be described. */
function list<T extends z.ZodType>(element: T, { least = 0, most }: { least?: number; most: number }) {
  return z.preprocess((value, context) => {
    if (Array.isArray(value) && value.length > most)
      context.addIssue(`received ${value.length} elements, expected ${most} at most`);
    return value;
  }, z.array(element).min(least).max(most));
}

/** The JSON of an inference request. */
export const inferRequestSchema = z
  .object({
    id: z.string().optional().describe('Is repeated in the response'),
    parameters: parameters.describe(
      'binary_data_output: outputs are sent as bytes after the JSON. timeout: microseconds after which the request fails. partial: when true, a bad row of the batch has its own error, and the others are answered',
    ),
    inputs: list(
      z.object({
        name: z.string(),
        shape: list(count, { most: MOST_SIDES }),
        datatype,
        parameters: parameters.describe(
          'binary_data_size: the length of the tensor in the bytes after the JSON',
        ),
        data: z.unknown().optional().describe('The elements, flat or nested as the shape says'),
      }),
      { least: 1, most: MOST_TENSORS },
    ),
    outputs: list(
      z.object({
        name: z.string(),
        parameters: parameters.describe(
          'binary_data: this output is sent as bytes. classification: the number of best classes, as "value:index:label"',
        ),
      }),
      { most: MOST_TENSORS },
    ).optional(),
  })
  .meta({ id: 'InferRequest' });

/** The JSON of an inference response. */
export const inferResponseSchema = z
  .object({
    id: z.string().optional(),
    model_name: z.string(),
    model_version: z.string(),
    parameters: parameters.describe(
      'error_<row> and status_<row> of each bad row, where the request asks for "partial"',
    ),
    outputs: z.array(
      z.object({
        name: z.string(),
        shape: z.array(count),
        datatype,
        parameters,
        data: z.array(z.union([z.number(), z.string(), z.null()])).optional(),
      }),
    ),
  })
  .meta({ id: 'InferResponse' });

export const serverMetadataSchema = z
  .object({
    name: z.string(),
    version: z.string(),
    extensions: z.array(z.string()),
  })
  .meta({ id: 'ServerMetadata' });

const tensorMetadataSchema = z.object({ name: z.string(), datatype, shape }).meta({ id: 'TensorMetadata' });

export const modelMetadataSchema = z
  .object({
    name: z.string(),
    versions: z.array(z.string()),
    platform: z.string(),
    inputs: z.array(tensorMetadataSchema),
    outputs: z.array(tensorMetadataSchema),
  })
  .meta({ id: 'ModelMetadata' });

const name = z.string();

export const modelConfigSchema = z
  .object({
    name,
    platform: z.string(),
    backend: z.string(),
    version_policy: z.object({ latest: z.object({ num_versions: count }) }),
    max_batch_size: count,
    input: z.array(z.object({ name, data_type: z.string(), format: z.string(), dims: z.array(count) })),
    output: z.array(z.object({ name, data_type: z.string(), dims: z.array(count) })),
    dynamic_batching: z.object({
      preferred_batch_size: z.array(count),
      max_queue_delay_microseconds: count,
    }),
  })
  .meta({ id: 'ModelConfig' });

export const repositoryIndexSchema = z
  .array(
    z.object({
      name,
      version: z.string(),
      state: z.enum(['READY', 'LOADING', 'UNAVAILABLE']),
      reason: z.string(),
    }),
  )
  .meta({ id: 'RepositoryIndex' });

const duration = z
  .object({ count, ns: count })
  .describe('How often, and how many nanoseconds in total')
  .meta({ id: 'Duration' });

export const statisticsSchema = z
  .object({
    model_stats: z.array(
      z.object({
        name,
        version: z.string(),
        last_inference: count.describe('Milliseconds since 1970'),
        inference_count: count,
        execution_count: count,
        inference_stats: z.object({
          success: duration,
          fail: duration,
          queue: duration,
          compute_input: duration,
          compute_infer: duration,
          compute_output: duration,
        }),
        batch_stats: z.array(
          z.object({
            batch_size: count,
            compute_input: duration,
            compute_infer: duration,
            compute_output: duration,
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'Statistics' });

export type InferRequest = z.infer<typeof inferRequestSchema>;
export type InferResponse = z.infer<typeof inferResponseSchema>;
export type RequestedOutput = NonNullable<InferRequest['outputs']>[number];
