// The metadata of the server and its models, as the Open Inference Protocol defines them.

import type { z } from 'zod';
import { NOVELTY } from '../../models/novelty.ts';
import type { AbsentModel } from '../engine/absent.ts';
import type { ServedModel } from '../engine/models.ts';
import type { Limits } from '../settings/limits.ts';
import type {
  modelConfigSchema,
  modelMetadataSchema,
  repositoryIndexSchema,
  serverMetadataSchema,
} from './schema.ts';

/** Triton's extensions that this server has. */
const extensions = [
  'binary_tensor_data',
  'classification',
  'model_configuration',
  'model_repository',
  'parameters',
  'statistics',
];

/** The outputs of a model, each with the numbers that it gives of a picture. */
function widthsOf({ output, labels, novelty }: ServedModel['card']): [name: string, width: number][] {
  return [[output.name, labels.length], ...(novelty ? [[NOVELTY, 1] satisfies [string, number]] : [])];
}

const PLATFORM = 'onnxruntime_onnx';

/**
 * @param version - of this project.
 * @param without - extensions that the protocol which asks does not have.
 */
export function serverMetadata(
  version: string,
  without: readonly string[] = [],
): z.infer<typeof serverMetadataSchema> {
  return { name: 'trainyard', version, extensions: extensions.filter((each) => !without.includes(each)) };
}

/** @param versions - all versions of the model that are served. */
export function modelMetadata(
  { name, card }: ServedModel,
  versions: readonly number[],
): z.infer<typeof modelMetadataSchema> {
  return {
    name,
    versions: versions.map(String),
    platform: PLATFORM,
    inputs: [{ name: card.input.name, datatype: 'UINT8', shape: [-1, ...card.input.shape] }],
    outputs: widthsOf(card).map(([output, width]) => ({
      name: output,
      datatype: 'FP32',
      shape: [-1, width],
    })),
  };
}

/** Reference: Triton, docs/protocol/extension_model_configuration.md; `ModelConfig` of its model_config.proto. */
export function modelConfig({ name, card }: ServedModel, limits: Limits): z.infer<typeof modelConfigSchema> {
  return {
    name,
    platform: PLATFORM,
    backend: 'onnxruntime',
    version_policy: { latest: { num_versions: 1 } },
    max_batch_size: limits.rowsPerRequest,
    input: [
      { name: card.input.name, data_type: 'TYPE_UINT8', format: 'FORMAT_NONE', dims: [...card.input.shape] },
    ],
    output: widthsOf(card).map(([output, width]) => ({
      name: output,
      data_type: 'TYPE_FP32',
      dims: [width],
    })),
    dynamic_batching: { preferred_batch_size: [limits.batch], max_queue_delay_microseconds: 0 },
  };
}

/** Reference: Triton, docs/protocol/extension_model_repository.md. */
export function repositoryIndex(
  models: readonly ServedModel[],
  absent: readonly AbsentModel[],
): z.infer<typeof repositoryIndexSchema> {
  const ready = models.map(({ name, version }) => ({
    name,
    version: String(version),
    state: 'READY' as const,
    reason: '',
  }));
  const others = absent
    .filter((one) => !models.some(({ name, version }) => name === one.name && version === one.version))
    .map(({ name, version = '', reason, loading }) => ({
      name,
      version: String(version),
      state: loading ? ('LOADING' as const) : ('UNAVAILABLE' as const),
      reason,
    }));
  return [...ready, ...others];
}
