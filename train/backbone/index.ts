// Any ONNX file as a backbone: what it takes, which of its values is used, and a proof that it gives the same between our nodes.
import { existsSync } from 'node:fs';
import { isHubAddress } from '../../hub/address.ts';
import { fetchModel } from '../../hub/fetch-model.ts';
import { messageOf, UserError } from '../../models/errors.ts';
import { goldenInput, goldenNames } from '../../models/golden.ts';
import type { Shape } from '../../models/image/shape.ts';
import { nearest, suggestion } from '../../models/nearest.ts';
import { findFeatures } from '../../models/onnx/find-features.ts';
import { inputsOf } from '../../models/onnx/reads.ts';
import type { ModelProto } from '../../models/onnx/schema.ts';
import { dependentsOf } from '../../models/onnx/subgraph.ts';
import type { Standardize } from '../layers/forward.ts';
import type { Extractor } from '../loop/features.ts';
import type { Progress } from '../progress.ts';
import { openExtractor } from './extractor.ts';
import { featureModel } from './feature-graph.ts';
import { type Input, inputOf } from './input-description.ts';
import type { AskedBackbone } from './options.ts';
import { readModel } from './read-onnx.ts';
import { referenceFeatures } from './reference.ts';
import type { Backbone } from './schema.ts';

export { openExtractor } from './extractor.ts';
export type { AskedBackbone } from './options.ts';
export { type Backbone, backboneSchema } from './schema.ts';

/** A backbone, and what its recipe has of pictures. */
export interface ChosenBackbone {
  readonly backbone: Backbone;
  readonly input: Input;
}

/**
 * Largest difference of a feature between the file run alone and between our nodes, four pictures at a time, relative
 * to the feature or to 1. Measured: 1.6e-5 for an EfficientNet.
 */
const TOLERANCE = 1e-3;

/**
 * Looks at an ONNX file, which is fetched first where it is on the Hugging Face Hub, finds its features and tries it on the built-in pictures.
 * @param size - Side of the pictures that was asked for.
 * @throws UserError when it cannot be a backbone, or something that must be known of it is not said.
 */
export async function chooseBackbone(
  { path: place, features, input: asked }: AskedBackbone,
  size?: number,
  { say, signal }: Progress = {},
): Promise<ChosenBackbone> {
  const { path, source } = isHubAddress(place)
    ? await fetchModel(place, { tell: say, signal })
    : { path: place };
  const { model, sha256 } = readModel(path);
  const input = inputOf(path, model, asked, size);
  const output = features ?? findFeatures(model.graph);
  checkOutput(path, model, output);
  const shape: Shape = [input.size, input.size, input.channels];
  const pictures = goldenNames.map((name) => goldenInput(name, shape));
  const alone = await referenceFeatures(path, model, { ...input, output, shape }, pictures);
  const { type, layout, order, standardize } = input;
  const backbone: Backbone = {
    ...{
      path,
      ...(source && { source }),
      sha256,
      output,
      sizes: [...alone.sizes],
      input: { type, layout, order },
    },
  };
  const graph = featureModel(model, { ...backbone, standardize, shape });
  const extractor = await openExtractor(path, graph, shape);
  try {
    const together = await extractTogether(path, extractor, pictures);
    const difference = largestDifference(alone.features, together);
    if (!(difference <= TOLERANCE))
      throw notSeparate(path, `features differ by ${difference.toExponential(1)}`);
  } finally {
    await extractor.close();
  }
  return { backbone, input };
}

/**
 * Reads a recipe's backbone again, as a graph from bytes of pictures to features. One of the Hugging Face Hub is fetched
 * again where it is not here any more, as on another machine.
 * @param shape - `[H,W,C]` of a picture.
 * @throws UserError when the file is gone, or is another one than when the recipe was made.
 */
export async function readBackbone(
  backbone: Backbone,
  standardize: Standardize,
  shape: Shape,
  { say, signal }: Progress = {},
): Promise<ModelProto> {
  const { source, sha256 } = backbone;
  const path =
    source === undefined || existsSync(backbone.path)
      ? backbone.path
      : (await fetchModel(source, { tell: say, signal })).path;
  const { model, sha256: now } = readModel(path);
  if (now !== sha256)
    throw new UserError(
      `${path} is not the file with which this training began: its SHA-256 is ${now.slice(0, 12)}..., expected ${sha256.slice(0, 12)}... Bring the old file back, or start over with --fresh.`,
    );
  return featureModel(model, { ...backbone, standardize, shape });
}

function checkOutput(path: string, { graph }: ModelProto, output: string): void {
  const dependent = dependentsOf(graph, inputsOf(graph)[0]?.name ?? '');
  const names = graph.node.flatMap((node) => node.output).filter((name) => dependent.has(name));
  if (names.includes(output)) return;
  throw new UserError(
    `${path} has no value ${JSON.stringify(output)} that depends on the picture. ${nearest(output, names) === undefined ? `The last ones are ${names.slice(-6).join(', ')}.` : suggestion(output, names)}`,
  );
}

async function extractTogether(
  path: string,
  { extract }: Extractor,
  pictures: readonly Uint8Array[],
): Promise<Float32Array> {
  try {
    return await extract(Buffer.concat(pictures));
  } catch (error) {
    throw notSeparate(path, messageOf(error));
  }
}

function notSeparate(path: string, what: string): UserError {
  return new UserError(
    `${path} does not answer several pictures as it answers each alone (${what}). It was written for one picture at a time: export it with a varying batch, in PyTorch dynamic_axes={'input': {0: 'N'}}.`,
  );
}

function largestDifference(expected: Float32Array, got: Float32Array): number {
  if (expected.length !== got.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (const [i, value] of expected.entries()) {
    const difference = Math.abs(value - (got[i] ?? Number.NaN)) / Math.max(1, Math.abs(value));
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
  }
  return largest;
}
