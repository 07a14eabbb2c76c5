// Real, tiny ONNX models of several labels and of numbers, with cards that are true, for tests of what answers from them.
import { type CardOf, isOfTask, type Task } from '../../models/card.ts';
import {
  completeCard,
  goldenAnswers,
  goldenPictures,
  goldenValues,
  withCard,
} from '../../models/complete-card.ts';
import { floatTensor, int64Tensor } from '../../models/onnx/make.ts';
import { dataType, encodeModel, type ModelProto, type NodeProto } from '../../models/onnx/schema.ts';
import { digestWeights } from '../../models/onnx/weights-digest.ts';
import { sha256 } from '../../models/sha256.ts';
import { InferenceSession, Tensor } from '../../setup/libraries/onnxruntime.ts';

/** A model that sees four pixels of color. */
const SHAPE = [2, 2, 3] as const;
const PIXELS = 12;

export interface TaskModel<T extends Task> {
  readonly bytes: Uint8Array;
  readonly card: CardOf<T>;
}

const known = {
  ...{ description: 'One matrix, for tests.', tta: 'none', recipe: {}, recipeDigest: sha256('{}') },
  architecture: { name: 'linear', parameters: PIXELS * 3 },
  input: { shape: [...SHAPE], prepare: { rule: 'resize', filter: 'bilinear', crop: 'stretch' } },
  datasets: [{ name: 'tests', split: 'train', n: 4, digest: '' }],
} satisfies Partial<Parameters<typeof completeCard>[0]>;

const parity = { n: 4, tolerance: 1e-5, against: 'nothing' };

/** `red`, `green` and `blue`, each from its own threshold on: a picture may have all of them, or none. */
export async function labelsModel(name = 'tints'): Promise<TaskModel<'multi'>> {
  const labels = ['red', 'green', 'blue'];
  const bare = graph([node('Sigmoid', ['sums'], 'probabilities')], 'probabilities');
  const { names, output } = await goldenOf(bare);
  const card = completeCard<'multi'>(
    { ...known, name, labels, task: 'multi', thresholds: [0.5, 0.75, 0.25] },
    {
      weightsDigest: digestWeights(bare),
      metrics: { split: 'test', n: 4, loss: 0.1, meanAveragePrecision: 0.98, f1: 0.9, exact: 0.75 },
      golden: goldenAnswers(names, output),
      parity: { ...parity, maxProbabilityDifference: 0, changedLabels: 0 },
    },
  );
  if (!isOfTask(card, 'multi')) throw new Error('the task');
  return { bytes: encodeModel(withCard(bare, card)), card };
}

/** `x`, `count` and `file`: numbers of very different sizes, of which the last has the name of a column. */
export async function numbersModel(name = 'counts'): Promise<TaskModel<'regression'>> {
  const labels = ['x', 'count', 'file'];
  const ranges = [
    { min: -0.002, max: 0.002, deviation: 0.001 },
    { min: 0, max: 49, deviation: 12 },
    { min: -1e6, max: 1e6, deviation: 5e5 },
  ];
  const bare = graph(
    [node('Mul', ['sums', 'deviations'], 'scaled'), node('Add', ['scaled', 'means'], 'values')],
    'values',
    [
      floatTensor(
        'deviations',
        ranges.map(({ deviation }) => deviation),
      ),
      floatTensor('means', [0, 24.5, 0]),
    ],
  );
  const { names, output } = await goldenOf(bare);
  const card = completeCard<'regression'>(
    { ...known, name, labels, task: 'regression', ranges },
    {
      weightsDigest: digestWeights(bare),
      metrics: { split: 'test', n: 4, loss: 0.1, meanAbsoluteError: [1e-4, 0.5, 1e4], r2: [0.9, 0.99, 0.5] },
      golden: goldenValues(names, output, ranges),
      parity: { ...parity, maxValueDifference: 0 },
    },
  );
  if (!isOfTask(card, 'regression')) throw new Error('the task');
  return { bytes: encodeModel(withCard(bare, card)), card };
}

function node(
  op_type: string,
  input: string[],
  output: string,
  attribute: NodeProto['attribute'] = [],
): NodeProto {
  return { op_type, input, output: [output], attribute };
}

/** Pixels from -1 to 1, times weights that look at one color each, through `ending`. */
function graph(
  ending: NodeProto[],
  output: string,
  more: ModelProto['graph']['initializer'] = [],
): ModelProto {
  const weights = Array.from({ length: PIXELS * 3 }, (_, i) =>
    Math.floor(i / 3) % 3 === i % 3 ? 1 : -0.125,
  );
  const dim = (sides: readonly number[]) => [
    { dim_param: 'N' },
    ...sides.map((dim_value) => ({ dim_value })),
  ];
  const port = (name: string, elem_type: number, sides: readonly number[]) => ({
    name,
    type: { tensor_type: { elem_type, shape: { dim: dim(sides) } } },
  });
  return {
    ir_version: 8,
    opset_import: [{ version: 17 }],
    metadata_props: [],
    graph: {
      name: 'linear',
      input: [port('image', dataType.UINT8, SHAPE)],
      output: [port(output, dataType.FLOAT, [3])],
      initializer: [
        int64Tensor('shape', [-1, PIXELS]),
        floatTensor('half', [127.5]),
        floatTensor('one', [1]),
        { ...floatTensor('weights', weights), dims: [PIXELS, 3] },
        ...more,
      ],
      node: [
        node('Cast', ['image'], 'floats', [{ name: 'to', type: 2, i: dataType.FLOAT }]),
        node('Div', ['floats', 'half'], 'twice'),
        node('Sub', ['twice', 'one'], 'pixels'),
        node('Reshape', ['pixels', 'shape'], 'rows'),
        node('MatMul', ['rows', 'weights'], 'sums'),
        ...ending,
      ],
    },
  };
}

/** What onnxruntime answers to the built-in pictures. */
async function goldenOf(model: ModelProto) {
  const session = await InferenceSession.create(encodeModel(model), {
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const { names, images } = goldenPictures([...SHAPE]);
  const [name = ''] = session.outputNames;
  const { [name]: answer } = await session.run({
    image: new Tensor('uint8', images, [names.length, ...SHAPE]),
  });
  if (!(answer?.data instanceof Float32Array)) throw new Error('the model gave no float32');
  const output = answer.data;
  await session.release();
  return { names, output };
}
