// A folder as on the Hugging Face Hub, for the image-classification pipeline of transformers.js.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CardDraft } from '../../models/complete-card.ts';
import { floatTensor, namedNode } from '../../models/onnx/make.ts';
import {
  type AttributeProto,
  dataType,
  encodeModel,
  type ModelProto,
  type NodeProto,
} from '../../models/onnx/schema.ts';
import * as ort from '../../setup/libraries/onnxruntime.ts';
import { convert } from '../convert.ts';
import { attribute, valueInfo } from '../graph/onnx.ts';
import { PROBABILITIES } from '../trace/network.ts';
import type { ExportFormat, TracedClassifier } from './format.ts';

export const transformers: ExportFormat = {
  description: "Hugging Face folder, for transformers.js' image-classification pipeline",
  async write(folder, source) {
    const { card } = source;
    writeJson(join(folder, 'config.json'), configOf(card));
    writeJson(join(folder, 'preprocessor_config.json'), preprocessorOf(card));
    mkdirSync(join(folder, 'onnx'));
    writeFileSync(join(folder, 'onnx', 'model.onnx'), encodeModel(modelOf(source)));
  },
  async open(folder, { card }) {
    const session = await ort.InferenceSession.create(join(folder, 'onnx', 'model.onnx'));
    return {
      async classify(images) {
        const pixels = pixelValues(images, card.input.shape);
        const { logits } = await session.run({ pixel_values: pixels });
        if (!(logits?.data instanceof Float32Array))
          throw new Error('the model has no float32 output logits');
        return softmax(logits.data, card.labels.length);
      },
      close: () => session.release(),
    };
  },
  note: ({ input }) =>
    input.prepare.rule === 'digit'
      ? 'The pipeline cannot center and scale a digit as MNIST wants it: give it pictures of 28x28, white ink on black, or prepare them by models/image.'
      : undefined,
};

/** What transformers.js reads of config.json: a type that has an image classifier, and the labels. */
function configOf({ labels, architecture }: CardDraft) {
  return {
    // The pipeline asks for the name of a family it knows; the network is in the ONNX file, whatever the family.
    model_type: 'resnet',
    architectures: ['ResNetForImageClassification'],
    trainyard_architecture: architecture.name,
    id2label: Object.fromEntries(labels.map((label, i) => [i, label])),
    label2id: Object.fromEntries(labels.map((label, i) => [label, i])),
    num_labels: labels.length,
  };
}

/** Pillow's numbers for its filters, as `resample` has them. */
const RESAMPLE = { bilinear: 2, bicubic: 3 } as const;

/** The same preparation in Hugging Face's words; the scaling of pixels beyond 0 to 1 is in the graph. */
function preprocessorOf({ input }: CardDraft) {
  const [height, width] = input.shape;
  const { prepare } = input;
  const shared = { do_rescale: true, rescale_factor: 1 / 255, do_normalize: false, do_convert_rgb: true };
  const type = { image_processor_type: 'ViTImageProcessor', do_resize: true };
  if (prepare.rule === 'digit')
    return { ...type, size: { height, width }, resample: RESAMPLE.bilinear, ...shared };
  const resample = RESAMPLE[prepare.filter];
  if (prepare.crop === 'stretch' || height !== width)
    return { ...type, size: { height, width }, resample, ...shared };
  return {
    ...type,
    size: { shortest_edge: height },
    resample,
    do_center_crop: true,
    crop_size: { height, width },
    ...shared,
  };
}

/**
 * Our own model between the pipeline's names: `pixel_values` float32 `[N,3,H,W]` from 0 to 1 become the bytes that it
 * knows, and the softmax at its end is left to the pipeline.
 */
function modelOf({ card, graph, state }: TracedClassifier): ModelProto {
  const model = convert(graph, state, { name: card.name, outputs: [PROBABILITIES] });
  const [height, width, channels] = card.input.shape;
  const before = bytesOf(channels);
  const softmaxNode = model.graph.node.find(({ output }) => output[0] === PROBABILITIES);
  const endsInSoftmax = softmaxNode?.op_type === 'Softmax';
  const renamed = endsInSoftmax ? (softmaxNode.input[0] ?? '') : PROBABILITIES;
  const rename = (name: string) => (name === renamed ? 'logits' : name);
  const nodes = model.graph.node
    .filter((node) => !(endsInSoftmax && node === softmaxNode))
    .map((node) => ({
      ...node,
      input: node.input.map((name) => (endsInSoftmax ? rename(name) : name)),
      output: node.output.map((name) => (endsInSoftmax ? rename(name) : name)),
    }));
  // A network without a softmax at its end gives probabilities, which are the softmax of their logarithms.
  const logarithm: NodeProto[] = endsInSoftmax ? [] : [namedNode('Log', 'logits', [PROBABILITIES])];
  return {
    ...model,
    graph: {
      ...model.graph,
      node: [...before.nodes, ...nodes, ...logarithm],
      initializer: [...before.constants, ...model.graph.initializer],
      input: [valueInfo('pixel_values', dataType.FLOAT, [-1, RGB, height, width])],
      output: [valueInfo('logits', dataType.FLOAT, [-1, card.labels.length])],
    },
  };
}

/** The pipeline's pictures have three channels, gray ones too. */
const RGB = 3;

/** Pillow's weights of red, green and blue in 65,536ths; float32 holds every sum of them exactly. See models/image/gray.ts. */
const LUMA = [19595, 38470, 7471] as const;

/** From `pixel_values` to `image`, uint8 `[N,H,W,C]`: the very bytes of the picture. */
function bytesOf(channels: number) {
  const luma = [floatTensor('luma', LUMA, [1, RGB, 1, 1]), floatTensor('luma_scale', [65_536], [])];
  const constants = [
    floatTensor('pixel_scale', [255], []),
    floatTensor('half', [0.5], []),
    ...(channels === 1 ? luma : []),
  ];
  const node = (operator: string, inputs: string[], output: string, attributes: AttributeProto[] = []) =>
    namedNode(operator, output, inputs, attributes);
  // To the nearest whole number; before that a byte has passed through a division by 255.
  const scaled = [
    node('Mul', ['pixel_values', 'pixel_scale'], 'pixels'),
    node('Add', ['pixels', 'half'], 'pixels_half'),
    node('Floor', ['pixels_half'], 'pixels_whole'),
  ];
  const gray = [
    node('Conv', ['pixels_whole', 'luma'], 'luma_sum'),
    node('Div', ['luma_sum', 'luma_scale'], 'luma_mean'),
    node('Add', ['luma_mean', 'half'], 'luma_half'),
    node('Floor', ['luma_half'], 'gray'),
  ];
  const last = channels === 1 ? 'gray' : 'pixels_whole';
  const rest = [
    node('Transpose', [last], 'channels_last', [attribute.ints('perm', [0, 2, 3, 1])]),
    node('Cast', ['channels_last'], 'image', [attribute.int('to', dataType.UINT8)]),
  ];
  return { constants, nodes: [...scaled, ...(channels === 1 ? gray : []), ...rest] };
}

/** Bytes `[N,H,W,C]` as the pipeline's preprocessor leaves them. */
function pixelValues(images: Uint8Array, [height, width, channels]: CardDraft['input']['shape']): ort.Tensor {
  const places = height * width;
  const n = images.length / (places * channels);
  const values = new Float32Array(n * RGB * places);
  for (let i = 0; i < values.length; i++) {
    const [picture, rest] = [Math.floor(i / (RGB * places)), i % (RGB * places)];
    const [channel, place] = [Math.floor(rest / places), rest % places];
    const from = (picture * places + place) * channels + (channels === 1 ? 0 : channel);
    values[i] = Math.fround((images[from] ?? 0) * Math.fround(1 / 255));
  }
  return new ort.Tensor('float32', values, [n, RGB, height, width]);
}

function softmax(logits: Float32Array, classes: number): Float32Array {
  const result = new Float32Array(logits.length);
  for (let row = 0; row < logits.length; row += classes) {
    const own = logits.subarray(row, row + classes);
    const largest = Math.max(...own);
    const powers = Float64Array.from(own, (value) => Math.exp(value - largest));
    const sum = powers.reduce((total, power) => total + power, 0);
    powers.forEach((power, i) => {
      result[row + i] = power / sum;
    });
  }
  return result;
}

function writeJson(path: string, value: object): void {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}
