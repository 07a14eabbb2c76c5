// A network from elsewhere as its makers run it: the file untouched but for one more output, one picture at a time.
import { messageOf, UserError } from '../../models/errors.ts';
import type { Shape } from '../../models/image/shape.ts';
import { attribute } from '../../models/onnx/attribute.ts';
import { inputsOf } from '../../models/onnx/reads.ts';
import { dataType, encodeModel, type ModelProto } from '../../models/onnx/schema.ts';
import type { Standardize } from '../layers/forward.ts';
import { openSession } from './extractor.ts';
import { inOrder } from './feature-graph.ts';
import type { Backbone } from './schema.ts';

export interface ReferenceFeatures {
  /** `[pictures * F]`. */
  readonly features: Float32Array;
  /** Sizes of the value that is taken, but for the number of pictures. */
  readonly sizes: readonly number[];
}

const ASKED = 'trainyard/features';

/**
 * Features of `pictures`, each uint8 `[H,W,C]`, computed on its own by the file with numbers that are made here.
 * @throws UserError when onnxruntime cannot run the file, or the value is none that a head can be trained on.
 */
export async function referenceFeatures(
  path: string,
  model: ModelProto,
  how: Backbone['input'] & { standardize: Standardize; output: string; shape: Shape },
  pictures: readonly Uint8Array[],
): Promise<ReferenceFeatures> {
  const { graph } = model;
  const [input] = inputsOf(graph);
  // A file of a fixed number of pictures gets so many copies.
  const copies = input?.type?.tensor_type?.shape?.dim[0]?.dim_value ?? 1;
  const cast = {
    ...{ op_type: 'Cast', name: ASKED, input: [how.output], output: [ASKED] },
    attribute: [attribute.int('to', dataType.FLOAT)],
  };
  const asked = { ...graph, node: [...graph.node, cast], output: [{ name: ASKED }] };
  const { Tensor } = await import('../../setup/libraries/onnxruntime.ts');
  const session = await openSession(path, encodeModel({ ...model, graph: asked }));
  const features: Float32Array[] = [];
  let sizes: readonly number[] = [];
  try {
    for (const picture of pictures) {
      const { type, values, dims } = tensorOf(picture, how, copies);
      const tensor = new Tensor(type, values, dims);
      const { [ASKED]: value } = await session.run({ [input?.name ?? '']: tensor });
      if (!(value?.data instanceof Float32Array)) throw new Error(`${path} gave no numbers`);
      [, ...sizes] = value.dims;
      if (value.dims[0] !== copies || sizes.length < 1 || sizes.length > 3)
        throw new UserError(
          `${how.output} of ${path} is [${value.dims}] for ${copies} picture${copies === 1 ? '' : 's'}; features are [N,F], feature maps [N,F,h,w] or [N,h,w,F], or tokens [N,T,F]. Choose another value by --features.`,
        );
      features.push(pooled(value.data.subarray(0, value.data.length / copies), sizes));
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `${path} does not take pictures of ${how.shape.join('x')} as ${how.layout}: ${messageOf(error)}`,
    );
  } finally {
    await session.release();
  }
  return { features: Float32Array.from(features.flatMap((each) => [...each])), sizes };
}

function tensorOf(
  picture: Uint8Array,
  { type, layout, order, standardize, shape }: Parameters<typeof referenceFeatures>[2],
  copies: number,
): { type: 'uint8' | 'float32'; values: Uint8Array | Float32Array; dims: number[] } {
  const [height, width, channels] = shape;
  const { mean, deviation } = inOrder(standardize, order);
  const values = type === 'uint8' ? new Uint8Array(picture.length) : new Float32Array(picture.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < channels; c++) {
        const byte = picture[(y * width + x) * channels + (order === 'bgr' ? channels - 1 - c : c)] ?? 0;
        const place = layout === 'nchw' ? (c * height + y) * width + x : (y * width + x) * channels + c;
        values[place] = type === 'uint8' ? byte : (byte / 255 - (mean[c] ?? 0)) / (deviation[c] ?? 1);
      }
  const dims = [copies, ...(layout === 'nchw' ? [channels, height, width] : [height, width, channels])];
  const all = new (type === 'uint8' ? Uint8Array : Float32Array)(copies * values.length);
  for (let copy = 0; copy < copies; copy++) all.set(values, copy * values.length);
  return { type, values: all, dims };
}

/** Mean over places of `[F,h,w]`, `[h,w,F]` or `[T,F]`; `[F]` as it is. */
function pooled(values: Float32Array, sizes: readonly number[]): Float32Array {
  if (sizes.length === 1) return values;
  const [first = 1, second = 1, third = 1] = sizes;
  const channelsFirst = sizes.length === 3 && (second === third || first !== second);
  const count = channelsFirst ? first : (sizes.at(-1) ?? 1);
  const places = values.length / count;
  const [featureStep, placeStep] = channelsFirst ? [places, 1] : [1, count];
  return Float32Array.from({ length: count }, (_, feature) => {
    let sum = 0;
    for (let place = 0; place < places; place++)
      sum += values[feature * featureStep + place * placeStep] ?? 0;
    return sum / places;
  });
}
