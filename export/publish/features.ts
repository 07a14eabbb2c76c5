// A pretrained network as a model file of the repository: it has features to be taught upon, and no answers of its own.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { canonicalJson } from '../../models/canonical.ts';
import {
  type CardDraft,
  completeCard,
  goldenAnswers,
  goldenPictures,
  withCard,
} from '../../models/complete-card.ts';
import { readDefaultModel, writeDefaultModel } from '../../models/default-model.ts';
import { UserError } from '../../models/errors.ts';
import type { Shape } from '../../models/image/shape.ts';
import { attribute } from '../../models/onnx/attribute.ts';
import { floatTensor, floatValue, namedNode } from '../../models/onnx/make.ts';
import { readOnnxFile } from '../../models/onnx/read-file.ts';
import type { ModelProto } from '../../models/onnx/types.ts';
import { digestWeights } from '../../models/onnx/weights-digest.ts';
import { listModels, type ModelFile } from '../../models/repository.ts';
import { sha256 } from '../../models/sha256.ts';
import { createArchitecture } from '../../train/architectures/index.ts';
import { fetchPretrained, type Pretrained, readPretrained } from '../../train/architectures/pretrained.ts';
import { tf } from '../../train/graph/tensorflow.ts';
import { logitsOf } from '../../train/layers/forward.ts';
import { type Architecture, countWeights, dryRun, netOf, type Parameters } from '../../train/layers/net.ts';
import { folderNetworks } from '../../train/recipes/networks.ts';
import { onnxClassifier } from '../parity/classifier.ts';
import type { NetworkComparison } from '../parity/network-comparison.ts';
import { ANY_NUMBER } from '../trace/index.ts';
import type { Network } from '../trace/network.ts';
import { addToRepository, packed } from './add-to-repository.ts';
import { exportNetwork } from './export-network.ts';

/** What the features are called in the file. */
const FEATURES = 'features';

export interface ExportedFeatures {
  readonly file: ModelFile;
  /** Of the features in the file with those of tfjs. */
  readonly comparison: NetworkComparison;
}

/**
 * Puts a pretrained network into a repository. Its card has one label, which every picture gets: the model that answers
 * when none is named stays what it was.
 *
 * @throws UserError when its weights do not come, or onnxruntime gives other features than tfjs; then nothing is written.
 */
export async function exportFeatures(
  name: Pretrained,
  repository: string,
  opset: number,
): Promise<ExportedFeatures> {
  await fetchPretrained({ pretrained: name });
  const { size, recipe } = networkCalled(name);
  const shape = [size, size, 3] as const;
  const { network, parameters } = networkOf(name, shape);
  const folder = await mkdtemp(join(tmpdir(), 'trainyard-features-'));
  try {
    const path = join(folder, 'features.onnx');
    const { comparison } = await exportNetwork(network, path, { opset, foldBatchNorm: true });
    const model = withoutAnswers(readOnnxFile(path).model, name);
    const prepare = { rule: 'resize', filter: 'bilinear', crop: 'center' } as const;
    const description = `${name} as it was trained on ImageNet, without its answers: its features are there to be taught upon`;
    const made = { name, description, pretrained: name, standardize: recipe.standardize, prepare };
    const draft: CardDraft = {
      ...{ name, description, labels: ['anything'], tta: 'none', datasets: [] },
      input: { shape: [...shape], prepare },
      architecture: { name, parameters },
      recipe: made,
      recipeDigest: sha256(canonicalJson(made)),
    };
    const { names, images } = goldenPictures(draft.input.shape);
    const session = await onnxClassifier(packed(model), draft.input.shape);
    const golden = goldenAnswers(names, await session.classify(images));
    await session.close();
    const findings = { weightsDigest: digestWeights(model), metrics: null, golden, parity: null };
    await keepDefault(repository);
    const file = await addToRepository(repository, name, withCard(model, completeCard(draft, findings)));
    return { file, comparison };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function networkCalled(name: Pretrained) {
  const network = folderNetworks.get(name);
  if (network === undefined) throw new Error(`there is no network ${name}`);
  return network;
}

/** The network without its last layer: from `image` to `features`. */
function networkOf(name: Pretrained, shape: Shape): { network: Network; parameters: number } {
  const { architecture: options, standardize } = networkCalled(name).recipe;
  const { parts } = createArchitecture(options, 1);
  if (parts === undefined) throw new Error(`${name} is not made of parts`);
  const features: Architecture = (net, images) => parts.pool(parts.maps(net, images));
  const tensors = readPretrained(name);
  const variables = new Map();
  const parameters: Parameters = { weights: new Map(), statistics: new Map() };
  for (const [each, { kind, shape: dims }] of dryRun(features, shape)) {
    const tensor = tensors.get(each);
    if (tensor?.shape.join() !== dims.join())
      throw new UserError(
        `the weights of ${name} do not fit its network: ${each} is ${tensor ? `[${tensor.shape}]` : 'missing'}, expected [${dims}]`,
      );
    const variable = tf.tidy(() => tf.variable(tf.tensor(tensor.values, [...dims], 'float32'), false));
    parameters[kind === 'weight' ? 'weights' : 'statistics'].set(each, variable);
    variables.set(each, variable);
  }
  const net = netOf(parameters, { training: false });
  return {
    parameters: countWeights(parameters),
    network: {
      name,
      inputs: [{ name: 'image', type: 'uint8', shape: [ANY_NUMBER, ...shape] }],
      outputs: [FEATURES],
      run: ([image]: readonly Tensor[]) => {
        if (image === undefined) throw new Error('the network has an input called image');
        return [logitsOf(net, features, standardize, image)];
      },
      variables,
    },
  };
}

/** The network with a dense layer of zeros for one label, whose probability is 1 whatever the picture. */
function withoutAnswers(model: ModelProto, name: string): ModelProto {
  const { graph } = model;
  const width = Number(graph.output[0]?.type?.tensor_type?.shape?.dim.at(-1)?.dim_value);
  return {
    ...model,
    graph: {
      ...graph,
      name,
      node: [
        ...graph.node,
        namedNode('MatMul', 'anything/logits', [FEATURES, 'anything/kernel']),
        namedNode('Softmax', 'probabilities', ['anything/logits'], [attribute.int('axis', 1)]),
      ],
      initializer: [
        ...graph.initializer,
        floatTensor('anything/kernel', new Float32Array(width), [width, 1]),
      ],
      output: [floatValue('probabilities', [{ dim_param: ANY_NUMBER }, { dim_value: 1 }])],
    },
  };
}

/** By name it might come last, and be what answers when no model is named. */
async function keepDefault(repository: string): Promise<void> {
  const last = (await listModels(repository)).at(-1);
  if (last !== undefined && (await readDefaultModel(repository)) === undefined)
    await writeDefaultModel(repository, last.name);
}
