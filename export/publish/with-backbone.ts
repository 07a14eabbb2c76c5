// A head and the file from elsewhere that it was trained upon, joined into one model file.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { UserError } from '../../models/errors.ts';
import { opsetOf } from '../../models/onnx/facts.ts';
import type { ModelProto, NodeProto } from '../../models/onnx/schema.ts';
import type { ModelFile } from '../../models/repository.ts';
import { openExtractor } from '../../train/backbone/extractor.ts';
import { FEATURES } from '../../train/backbone/feature-graph.ts';
import { compile } from '../../train/graph/compile.ts';
import { traceDynamic } from '../../train/graph/retrace.ts';
import { stateOf } from '../../train/graph/state.ts';
import { tf } from '../../train/graph/tensorflow.ts';
import type { Extractor } from '../../train/loop/features.ts';
import { OPSETS } from '../convert.ts';
import type { Classifier } from '../parity/classifier.ts';
import { TOLERANCE } from '../parity/index.ts';
import { networkToOnnx } from '../trace/network.ts';
import type { Exportable, ExportOptions } from './export.ts';
import { publish, stopwatch } from './index.ts';

type Joinable = Exportable & { readonly backbone: ModelProto };

const PROBABILITIES = 'probabilities';

/**
 * Exports a head with its backbone. The reference runs the two apart: onnxruntime the backbone, TensorFlow the head.
 * @throws UserError when an option asks for what is not ours to change, or the file answers otherwise.
 */
export async function exportJoined(
  model: Joinable,
  { repository, opset, foldBatchNorm, tolerance = TOLERANCE, onStage, convert }: ExportOptions,
): Promise<ModelFile> {
  const { card, backbone, test } = model;
  const name = card.architecture.name;
  const own = opsetOf(backbone) ?? 1;
  const refuse = (option: string) =>
    new UserError(
      `${option} has no meaning here: ${card.name} is a ${name}, which is exported as it is (opset ${own}).`,
    );
  if (foldBatchNorm) throw refuse('--fold-batch-norm');
  if (convert !== undefined) throw refuse('--converter');
  if (opset !== undefined && opset !== OPSETS.usual && opset !== own) throw refuse('--opset');

  const lap = stopwatch();
  const onnx = join(backbone, headOf(model), card.name);
  const extractor = await openExtractor(name, backbone, card.input.shape);
  const head = compiledHead(model, extractor.features);
  onStage?.({ name: 'traced', ops: head.ops, seconds: lap() });
  return publish(
    {
      ...{ card, onnx, test, reference: apart(extractor, head) },
      async answers(images, n) {
        const features = await extractor.extract(images);
        return tf.tidy(() =>
          Float32Array.from(
            model.probabilities(tf.tensor2d(features, [n, extractor.features])).dataSync() as Float32Array,
          ),
        );
      },
      explain: async () =>
        'The backbone is run by onnxruntime on both sides, so it is the head that differs: this is a bug in export/.',
    },
    { repository, tolerance, onStage, lap },
  );
}

/** The head alone as a model from `features` to `probabilities`. */
function headOf({ backbone, card, probabilities, variables }: Joinable): ModelProto {
  const features = backbone.graph.output[0]?.type?.tensor_type?.shape?.dim[1]?.dim_value ?? 0;
  const opset = Math.min(OPSETS.newest, Math.max(OPSETS.oldest, opsetOf(backbone) ?? 1));
  return networkToOnnx(
    {
      name: card.name,
      inputs: [{ name: FEATURES, type: 'float32', shape: ['N', features] }],
      outputs: [PROBABILITIES],
      run: ([input]) => [probabilities(given(input))],
      variables,
    },
    { opset },
  );
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

interface Head {
  readonly ops: number;
  /** Features `[N,F]` to probabilities `[N,classes]`. */
  run(features: Float32Array): Float32Array;
  dispose(): void;
}

function compiledHead({ probabilities, variables }: Joinable, features: number): Head {
  const graph = traceDynamic(
    (inputs) => [probabilities(given(inputs[FEATURES]))],
    (n) => [{ name: FEATURES, tensor: tf.zeros([n, features]) }],
    variables,
  );
  const compiled = compile({ answer: graph });
  compiled.write(stateOf(variables));
  return {
    ops: graph.nodes.length,
    run(values) {
      const tensor = tf.tensor2d(values, [values.length / features, features]);
      const outputs = compiled.run('answer', { [FEATURES]: tensor });
      const answers = Float32Array.from(given(outputs[0]).dataSync());
      tf.dispose([tensor, outputs]);
      return answers;
    },
    dispose: compiled.dispose,
  };
}

function apart({ extract, close }: Extractor, { run, dispose }: Head): Classifier {
  return {
    classify: async (images) => run(await extract(images)),
    async close() {
      dispose();
      await close();
    },
  };
}

function given(tensor: Tensor | undefined): Tensor {
  if (tensor === undefined) throw new Error('a head has one input and one output');
  return tensor;
}
