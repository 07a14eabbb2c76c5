// A head and the file from elsewhere that it was trained upon, as one model file.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { UserError } from '../../models/errors.ts';
import type { Shape } from '../../models/image/shape.ts';
import { opsetOf } from '../../models/onnx/facts.ts';
import type { ModelProto, NodeProto } from '../../models/onnx/schema.ts';
import { openExtractor } from '../../train/backbone/extractor.ts';
import { FEATURES } from '../../train/backbone/feature-graph.ts';
import { compile } from '../../train/graph/compile.ts';
import { tf } from '../../train/graph/tensorflow.ts';
import { convert } from '../convert.ts';
import { OPSETS } from '../graph/opsets.ts';
import { withUnknownSizes } from '../graph/unknown-sizes.ts';
import type { Classifier } from '../parity/classifier.ts';
import { ANY_NUMBER } from '../trace/index.ts';
import {
  type Network,
  type PictureFunction,
  PROBABILITIES,
  type TracedNetwork,
  traceNetwork,
} from '../trace/network.ts';
import type { ClassifierCandidate } from './classifier.ts';
import type { Exportable, ExportOptions } from './exportable.ts';

/** A head, and the file from elsewhere that it was trained upon. */
type WithBackbone = Exportable & { readonly backbone: ModelProto };

/**
 * A head with its backbone. The reference runs the two separately: onnxruntime the backbone, TensorFlow the head.
 * @throws UserError when an option asks for what is not ours to change.
 */
export async function withBackbone(
  model: WithBackbone,
  { opset, foldBatchNorm, convert: converter, novelty = true }: ExportOptions,
): Promise<ClassifierCandidate> {
  const { card, backbone, judged, validation, train } = model;
  const name = card.architecture.name;
  const own = opsetOf(backbone) ?? 1;
  const refuse = (option: string) =>
    new UserError(
      `${option} has no meaning here: ${card.name} is a ${name}, which is exported as it is (opset ${own}).`,
    );
  if (foldBatchNorm) throw refuse('--fold-batch-norm');
  if (converter !== undefined) throw refuse('--converter');
  if (opset !== undefined && opset !== OPSETS.usual && opset !== own) throw refuse('--opset');

  const extractor = await openExtractor(name, backbone, card.input.shape);
  const head = headNetwork(card.name, model, extractor.features);
  return {
    ...{ card, judged, ...(validation && { validation }) },
    ...(novelty && train && { train }),
    network: head,
    options: { opset: Math.min(OPSETS.newest, Math.max(OPSETS.oldest, own)) },
    convert: (graph, state, options) => join(backbone, convert(graph, state, options), card.name),
    reference: (traced) => {
      const { run, dispose } = compiledHead(traced, extractor.features);
      return {
        classify: async (images) => run(await extractor.extract(images)),
        close: async () => dispose(),
      };
    },
    golden: {
      async classify(images) {
        const features = await extractor.extract(images);
        const n = features.length / extractor.features;
        return tf.tidy(() => {
          const [answers] = head.run([tf.tensor2d(features, [n, extractor.features])]);
          return Float32Array.from(given(answers).dataSync());
        });
      },
      close: async () => extractor.close(),
    },
    explain: async () =>
      'The backbone is run by onnxruntime on both sides, so it is the head that differs: this is a bug in export/.',
  };
}

/**
 * A head with its backbone as a function of pictures: onnxruntime runs the backbone, TensorFlow the head.
 * @param head - Its `probabilities` take features.
 * @param shape - `[H,W,C]` of the pictures.
 */
export async function backboneClassifier(
  name: string,
  backbone: ModelProto,
  head: PictureFunction,
  shape: Shape,
): Promise<Classifier> {
  const extractor = await openExtractor(name, backbone, shape);
  const { run, dispose } = compiledHead(
    traceNetwork(headNetwork(name, head, extractor.features)),
    extractor.features,
  );
  return {
    classify: async (images) => run(await extractor.extract(images)),
    async close() {
      dispose();
      await extractor.close();
    },
  };
}

/** The head alone, from `features` to `probabilities`, or `values`. */
function headNetwork(
  name: string,
  { probabilities, variables, output = PROBABILITIES }: PictureFunction,
  features: number,
): Network {
  return {
    name,
    inputs: [{ name: FEATURES, type: 'float32', shape: [ANY_NUMBER, features] }],
    outputs: [output],
    run: ([input]) => [probabilities(given(input))],
    variables,
  };
}

/** One model of two: what the first gives out is what the second takes, by its name. */
function join(first: ModelProto, second: ModelProto, name: string): ModelProto {
  const { graph } = first;
  return {
    ...first,
    graph: {
      ...graph,
      name,
      node: [...graph.node, ...second.graph.node.map(withPlainAxis)],
      initializer: [...graph.initializer, ...second.graph.initializer],
      output: second.graph.output,
    },
  };
}

/** Axes that count from the end are unknown to operator sets before 11; a head's values are all `[N,F]`. */
function withPlainAxis(node: NodeProto): NodeProto {
  const attribute = node.attribute.map((each) => (each.name === 'axis' ? { ...each, i: 1 } : each));
  return { ...node, attribute };
}

/** Features `[N,F]` to probabilities `[N,classes]`, by TensorFlow. */
function compiledHead({ graph, state }: TracedNetwork, features: number) {
  const compiled = compile({ answer: withUnknownSizes(graph) });
  compiled.write(state);
  return {
    run(values: Float32Array): Float32Array {
      const tensor = tf.tensor2d(values, [values.length / features, features]);
      const outputs = compiled.run('answer', { [FEATURES]: tensor });
      const answers = Float32Array.from(given(outputs[0]).dataSync());
      tf.dispose([tensor, outputs]);
      return answers;
    },
    dispose: () => compiled.dispose(),
  };
}

function given(tensor: Tensor | undefined): Tensor {
  if (tensor === undefined) throw new Error('a head has one input and one output');
  return tensor;
}
