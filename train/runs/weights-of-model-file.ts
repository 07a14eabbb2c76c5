// A model file as a checkpoint: the weights that it carries, as the network has them, and the recipe in its card.
import { type Card, cardKey, readCard } from '../../models/card.ts';
import { CARD_CHANGED, proofOf } from '../../models/card-proof.ts';
import { UserError } from '../../models/errors.ts';
import { withTodaysSpellings } from '../../models/old-spellings.ts';
import { intOf } from '../../models/onnx/attribute.ts';
import { readOnnxFile } from '../../models/onnx/read-file.ts';
import { dataType, type ModelProto, type NodeProto, type TensorProto } from '../../models/onnx/schema.ts';
import { transpose } from '../../models/onnx/transpose.ts';
import { command } from '../../setup/invocation.mjs';
import { createArchitecture } from '../architectures/index.ts';
import { featuresOf } from '../backbone/feature-graph.ts';
import { featureShape } from '../datasets/dataset.ts';
import type { NamedTensor } from '../files/safetensors.ts';
import { MEAN_IMAGE } from '../layers/mean-image.ts';
import { dryRun } from '../layers/net.ts';
import { type Recipe, recipeSchema, resolveRecipe } from '../recipes/recipe.ts';

export interface CarriedModel {
  readonly card: Card;
  /** Weights and statistics by name, bit for bit those of the checkpoint that was exported. */
  readonly weights: ReadonlyMap<string, NamedTensor>;
}

/**
 * Reads an exported file of ours back.
 * @throws UserError when the file is missing, no ONNX, not exported by Trainyard, or changed since so that it no longer
 * holds the weights as they were trained.
 */
export function readModelFile(path: string): CarriedModel {
  const { bytes, model } = readOnnxFile(path);
  if (!model.metadata_props.some(({ key }) => key === cardKey))
    throw new UserError(
      `${path} has no card, so it is not a file that Trainyard exported: training can go on from those alone.`,
    );
  if (model.producer_name !== 'trainyard')
    throw new UserError(
      `${path} was made by ${model.producer_name || 'an unknown program'}, which changes weights and their names: training goes on from files of Trainyard's own exporter (${command('export')}) and from checkpoints.`,
    );
  const card = readCard(bytes);
  if (proofOf(card) === 'changed') throw new UserError(`${path}: ${CARD_CHANGED}.`);
  if (card.quantization !== undefined)
    throw new UserError(
      `${path} has weights of ${card.quantization.weights}, rounded from those that were trained: train on from the float32 model that it was made of.`,
    );
  const weights = weightsOfModel(model);
  const missing = missingWeights(card, weights);
  if (missing.length > 0)
    throw new UserError(
      `${path} lacks weights of its network (${missing.slice(0, 3).join(', ')}${missing.length > 3 ? ', ...' : ''}): batch norm was folded into the convolutions. Export without --fold-batch-norm to train on.`,
    );
  return { card, weights };
}

/** Names that the network of the card's recipe asks for and the file has not; none where this version cannot read the recipe. */
function missingWeights(
  { recipe, labels, input }: Card,
  weights: ReadonlyMap<string, NamedTensor>,
): string[] {
  const parsed = recipeSchema.safeParse(withTodaysSpellings(recipe));
  if (!parsed.success) return [];
  const { architecture, standardize, backbone } = parsed.data;
  const shape = backbone ? featureShape(featuresOf(backbone.sizes)) : input.shape;
  const requested = dryRun(createArchitecture(architecture, labels.length), shape).keys();
  const names = [...(standardize.meanImage ? [MEAN_IMAGE] : []), ...requested];
  return names.filter((name) => !weights.has(name));
}

/**
 * The recipe that trained the model, as its card has it.
 * @throws UserError when this version cannot read it.
 */
export function recipeOfCard({ name, recipe }: Card): Recipe {
  try {
    return resolveRecipe(recipe);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(
      `The card of ${name} holds a recipe that this version cannot train. Name one of yours before --from. ${error.message}`,
    );
  }
}

/** The float32 initializers, in the order of axes that the layers have. */
export function weightsOfModel({ graph }: ModelProto): Map<string, NamedTensor> {
  const users = new Map(graph.node.flatMap((node) => node.input.map((name) => [name, node] as const)));
  return new Map(
    graph.initializer.flatMap((tensor) => {
      const { name = '', data_type, raw_data } = tensor;
      if (data_type !== dataType.FLOAT || raw_data === undefined) return [];
      return [[name, asTrained(tensor, raw_data, users.get(name))] as const];
    }),
  );
}

/** Undoes what the exporter does to kernels: ONNX has output channels first. */
function asTrained({ name, dims }: TensorProto, raw: Uint8Array, user: NodeProto | undefined): NamedTensor {
  // A copy: in a file the bytes begin anywhere, float32 must be aligned.
  const values = new Float32Array(new Uint8Array(raw).buffer);
  const isKernel = user?.input[1] === name;
  const [first = 1, second = 1, ...window] = dims;
  if (user?.op_type === 'ConvTranspose' && isKernel) return permuted(values, dims, [2, 3, 1, 0]);
  if (user?.op_type !== 'Conv' || !isKernel) return { shape: dims, values };
  const group = intOf(user, 'group') ?? 1;
  // Depthwise: [in*multiplier,1,...window], which is [in,multiplier,...window] to TensorFlow.
  if (group > 1 && second === 1) return permuted(values, [group, first / group, ...window], [2, 3, 0, 1]);
  const axes = window.map((_, i) => i + 2);
  return permuted(values, dims, [...axes, 1, 0]);
}

/** As NumPy's `transpose`: axis `axes[i]` becomes axis `i`. */
function permuted(values: Float32Array, dims: readonly number[], axes: readonly number[]): NamedTensor {
  const bytes = transpose(new Uint8Array(values.buffer), dims, axes, Float32Array.BYTES_PER_ELEMENT);
  return { shape: axes.map((axis) => dims[axis] ?? 1), values: new Float32Array(bytes.buffer) };
}
