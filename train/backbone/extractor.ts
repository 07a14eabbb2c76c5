// A network from elsewhere as an extractor: onnxruntime makes features of bytes.
import { messageOf, UserError } from '../../models/errors.ts';
import type { Shape } from '../../models/image/shape.ts';
import { encodeModel, type ModelProto } from '../../models/onnx/schema.ts';
import type { InferenceSession } from '../../setup/libraries/onnxruntime.ts';
import type { Extractor } from '../loop/features.ts';
import { FEATURES, IMAGE } from './feature-graph.ts';

/** Errors only: the runtime's warnings about other people's graphs are not for the user. */
export const SILENT = { logSeverityLevel: 3 } as const;

/**
 * @param path - For messages.
 * @param model - As `featureModel` makes it.
 * @param shape - `[H,W,C]` of its pictures.
 * @throws UserError when onnxruntime cannot run it.
 */
export async function openExtractor(path: string, model: ModelProto, shape: Shape): Promise<Extractor> {
  const { Tensor } = await import('../../setup/libraries/onnxruntime.ts');
  const session = await openSession(path, encodeModel(model));
  const size = shape[0] * shape[1] * shape[2];
  const features = model.graph.output[0]?.type?.tensor_type?.shape?.dim[1]?.dim_value ?? 0;
  return {
    features,
    async extract(images) {
      // A copy: onnxruntime takes no shared memory, in which data sets are.
      const image = new Tensor('uint8', new Uint8Array(images), [images.length / size, ...shape]);
      const values = (await session.run({ [IMAGE]: image }))[FEATURES]?.data;
      if (!(values instanceof Float32Array)) throw new Error(`${path} gave no float32 ${FEATURES}`);
      return values;
    },
    close: () => session.release(),
  };
}

/** @throws UserError when the file is none that onnxruntime runs. */
export async function openSession(path: string, bytes: Uint8Array): Promise<InferenceSession> {
  const ort = await import('../../setup/libraries/onnxruntime.ts');
  try {
    return await ort.InferenceSession.create(bytes, SILENT);
  } catch (error) {
    throw new UserError(`onnxruntime ${ort.env.versions.node} cannot run ${path}: ${messageOf(error)}`);
  }
}
