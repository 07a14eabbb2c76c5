// A real, tiny ONNX classifier (one matrix and a softmax) with a valid card, so that the server's tests need no training.
import { createHash } from 'node:crypto';
import { type Card, type CardOf, cardMetadata } from '../../models/card.ts';
import { goldenInput, goldenNames } from '../../models/golden.ts';
import { dataType, decodeModel, encodeModel, type ModelProto } from '../../models/onnx/schema.ts';
import { digestWeights } from '../../models/onnx/weights-digest.ts';
import { InferenceSession, Tensor } from '../../setup/libraries/onnxruntime.ts';

export interface TinyModel {
  readonly bytes: Uint8Array;
  readonly card: CardOf<'single'>;
  /** The answer worked out in JavaScript, for an input `[H,W,C]`. */
  probabilities(input: Uint8Array): number[];
}

export interface TinyModelOptions {
  readonly name?: string;
  readonly labels?: readonly string[];
  readonly input?: Partial<Card['input']>;
  /** Chooses the weights. */
  readonly seed?: number;
  /** Changes the card before it is written. */
  readonly change?: (card: CardOf<'single'>) => CardOf<'single'>;
}

/** A model of three colors, which sees four pixels. */
export const colors: TinyModelOptions = {
  name: 'colors',
  labels: ['red', 'green', 'blue'],
  input: { shape: [2, 2, 3], prepare: { rule: 'resize', filter: 'bilinear', crop: 'stretch' } },
};

/** For `change`: golden probabilities that the weights do not give. */
export const wrongGolden = (card: CardOf<'single'>): CardOf<'single'> => ({
  ...card,
  golden: card.golden.map((one) => ({ ...one, probabilities: one.probabilities.toReversed() })),
});

const digits = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

/** Makes the model; its golden vectors are what onnxruntime really answers. */
export async function tinyModel(options: TinyModelOptions = {}): Promise<TinyModel> {
  const { name = 'digits', labels = digits, seed = 1, change = (card) => card } = options;
  const input: Card['input'] = {
    name: 'image',
    shape: [28, 28, 1],
    prepare: { rule: 'digit' },
    ...options.input,
  };
  const pixels = input.shape[0] * input.shape[1] * input.shape[2];
  const weights = Float32Array.from(
    { length: pixels * labels.length },
    (_, i) => 0.02 * Math.sin(seed * 1000 + i * i),
  );
  const card: CardOf<'single'> = {
    format: 'trainyard-card/1',
    task: 'single',
    name,
    description: 'One matrix and a softmax, for tests.',
    labels: [...labels],
    input,
    output: { name: 'probabilities' },
    architecture: { name: 'linear', parameters: weights.length },
    tta: 'none',
    recipe: {},
    recipeDigest: createHash('sha256').update('{}').digest('hex'),
    weightsDigest: '0'.repeat(64),
    datasets: [],
    metrics: { split: 'test', n: 10_000, accuracy: 0.9876, errorRate: 0.0124, loss: 0.04 },
    golden: [],
    parity: null,
  };
  const bare = encodeModel(graph(card, weights));
  const golden = await runGolden(bare, card);
  const weightsDigest = digestWeights(decodeModel(bare));
  const full = change({ ...card, weightsDigest, golden });
  return {
    bytes: encodeModel(graph(full, weights)),
    card: full,
    probabilities: (input) => classify(input, weights, labels.length),
  };
}

function graph(card: Card, weights: Float32Array): ModelProto {
  const [height, width, channels] = card.input.shape;
  const pixels = height * width * channels;
  const classes = card.labels.length;
  const node = (op_type: string, input: string[], output: string) => ({
    op_type,
    input,
    output: [output],
    attribute: [],
  });
  const value = (name: string, elem_type: number, dims: readonly number[]) => ({
    name,
    type: {
      tensor_type: {
        elem_type,
        shape: { dim: [{ dim_param: 'N' }, ...dims.map((dim_value) => ({ dim_value }))] },
      },
    },
  });
  return {
    ir_version: 8,
    opset_import: [{ version: 17 }],
    metadata_props: Object.entries(cardMetadata(card)).map(([key, value]) => ({ key, value })),
    graph: {
      name: card.name,
      input: [value('image', dataType.UINT8, card.input.shape)],
      output: [value('probabilities', dataType.FLOAT, [classes])],
      initializer: [
        {
          name: 'shape',
          dims: [2],
          data_type: dataType.INT64,
          raw_data: new Uint8Array(BigInt64Array.of(-1n, BigInt(pixels)).buffer),
        },
        {
          name: 'weights',
          dims: [pixels, classes],
          data_type: dataType.FLOAT,
          raw_data: new Uint8Array(weights.buffer),
        },
      ],
      node: [
        { ...node('Cast', ['image'], 'floats'), attribute: [{ name: 'to', type: 2, i: dataType.FLOAT }] },
        node('Reshape', ['floats', 'shape'], 'rows'),
        node('MatMul', ['rows', 'weights'], 'logits'),
        node('Softmax', ['logits'], 'probabilities'),
      ],
    },
  };
}

async function runGolden(bytes: Uint8Array, card: Card): Promise<CardOf<'single'>['golden']> {
  const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const golden: CardOf<'single'>['golden'] = [];
  for (const input of goldenNames) {
    const image = new Tensor('uint8', goldenInput(input, card.input.shape), [1, ...card.input.shape]);
    const { probabilities } = await session.run({ image });
    if (!(probabilities?.data instanceof Float32Array)) throw new Error('the tiny model gave no float32');
    golden.push({ input, probabilities: [...probabilities.data] });
  }
  await session.release();
  return golden;
}

/** The same classifier without onnxruntime: softmax(input * weights). */
function classify(input: Uint8Array, weights: Float32Array, classes: number): number[] {
  const logits = Array.from({ length: classes }, (_, k) =>
    input.reduce((sum, pixel, i) => sum + pixel * (weights[i * classes + k] ?? 0), 0),
  );
  const largest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - largest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}
