// What verify looks at in a file, part by part: each part as it is, and with one thing wrong.

import { beforeAll, describe, expect, it } from 'vitest';
import { type OpenModelFile, openModelFile } from '../../../export/files/file.ts';
import { compareWith } from '../../../export/verify/against.ts';
import { type Check, verifyAlone, verifyMetrics } from '../../../export/verify/index.ts';
import { problemsOf } from '../../../export/verify/structure.ts';
import { verificationInWords } from '../../../export/verify/text.ts';
import type { Card, CardOf } from '../../../models/card.ts';
import { withDigest } from '../../../models/card-proof.ts';
import { floatTensor, namedNode } from '../../../models/onnx/make.ts';
import {
  dataType,
  decodeModel,
  encodeModel,
  type GraphProto,
  type ModelProto,
  type ValueInfoProto,
} from '../../../models/onnx/schema.ts';
import { repositoryFolder } from '../../../setup/paths.mjs';
import { shippedModels } from '../../shipped.ts';
import { single } from '../../single-card.ts';

let file: OpenModelFile;
let card: CardOf<'single'>;
/** Of a file without the output `novelty`. */
let plain: CardOf<'single'>;
beforeAll(async () => {
  file = await openModelFile(shippedModels.digits, repositoryFolder);
  if (file.card === undefined) throw new Error('no card');
  card = single(file.card);
  const { novelty: _, ...rest } = card;
  plain = rest;
});

describe('structure', () => {
  const port = (
    name: string,
    elem_type: number,
    ...dims: (string | number | undefined)[]
  ): ValueInfoProto => ({
    name,
    type: {
      tensor_type: {
        elem_type,
        shape: {
          dim: dims.map((size) =>
            typeof size === 'number' ? { dim_value: size } : size === undefined ? {} : { dim_param: size },
          ),
        },
      },
    },
  });
  const image = port('image', dataType.UINT8, 'N', 28, 28, 1);
  const answer = port('probabilities', dataType.FLOAT, 'N', 10);
  const right: GraphProto = {
    ...{ name: 'g', input: [image], output: [answer], initializer: [floatTensor('w', [1, 2])] },
    node: [namedNode('A', 'a', ['image', 'w', '']), namedNode('B', 'probabilities', ['a'])],
  };
  const problems = (graph: Partial<GraphProto>, model: Partial<ModelProto> = {}) =>
    problemsOf(
      {
        ir_version: 8,
        opset_import: [{ domain: '', version: 17 }],
        metadata_props: [],
        graph: { ...right, ...graph },
        ...model,
      },
      plain,
    );

  it('has nothing wrong with what is in order', () => {
    expect(problems({})).toEqual([]);
    // Weights may be listed as inputs, and a model may take a fixed number of pictures.
    expect(problems({ input: [image, port('w', dataType.FLOAT, 2)] })).toEqual([]);
    expect(
      problems({
        input: [port('image', dataType.UINT8, 8, 28, 28, 1)],
        output: [port('probabilities', dataType.FLOAT, 8, 10)],
      }),
    ).toEqual([]);
    expect(
      problems({
        sparse_initializer: [{ values: floatTensor('s', [1]), dims: [4] }],
        node: [namedNode('A', 'probabilities', ['s'])],
      }),
    ).toEqual([]);
    expect(
      problems({
        initializer: [
          {
            name: 't',
            dims: [2],
            data_type: dataType.STRING,
            string_data: [Buffer.from('a'), Buffer.from('b')],
          },
          ...right.initializer,
        ],
      }),
    ).toEqual([]);
  });

  it.each<[string, Partial<GraphProto>, string]>([
    [
      'no input',
      { input: [], node: [namedNode('A', 'probabilities', ['w'])] },
      'expected one input image [N,28,28,1] of type uint8, received none',
    ],
    ['two inputs', { input: [image, port('x', 1)] }, 'received image, x [N,28,28,1] of type uint8'],
    [
      'an input of another name',
      { input: [port('x', dataType.UINT8, 'N', 28, 28, 1)], node: [namedNode('A', 'probabilities', ['x'])] },
      'received x [N,28,28,1]',
    ],
    [
      'an input of another type',
      { input: [port('image', dataType.FLOAT, 'N', 28, 28, 1)] },
      'received image [N,28,28,1] of type float',
    ],
    [
      'an input of another size',
      { input: [port('image', dataType.UINT8, 'N', 28, 27, 1)] },
      'received image [N,28,27,1]',
    ],
    [
      'sizes without a name',
      { input: [port('image', dataType.UINT8, undefined, 28, 28, 1)] },
      'received image [?,28,28,1]',
    ],
    [
      'a batch of another name',
      { input: [port('image', dataType.UINT8, 'M', 28, 28, 1)] },
      'received image [M,28,28,1]',
    ],
    ['no pictures', { input: [port('image', dataType.UINT8, 0, 28, 28, 1)] }, 'received image [0,28,28,1]'],
    [
      'two outputs',
      { output: [answer, port('a', 1)] },
      'expected one output probabilities [N,10] of type float, received probabilities, a [N,10]',
    ],
    [
      'other classes',
      { output: [port('probabilities', dataType.FLOAT, 'N', 9)] },
      'received probabilities [N,9]',
    ],
    [
      'a tensor of another size',
      { initializer: [{ ...floatTensor('w', [1, 2]), dims: [3] }] },
      'w [3] has 8 bytes, expected 12',
    ],
    [
      'a tensor without bytes',
      { initializer: [{ name: 'w', dims: [1], data_type: dataType.FLOAT }] },
      'w [1] has 0 bytes, expected 4',
    ],
    [
      'too few texts',
      {
        initializer: [
          ...right.initializer,
          { name: 't', dims: [2], data_type: dataType.STRING, string_data: [Buffer.from('a')] },
        ],
      },
      't [2] has 1 texts, expected 2',
    ],
    [
      'a type that nobody knows',
      { initializer: [{ ...floatTensor('w', [1]), data_type: 99 }] },
      'w has the unexpected type',
    ],
    [
      'two weights of a name',
      { initializer: [floatTensor('w', [1]), floatTensor('w', [1])] },
      'two values are called w',
    ],
    ['two nodes of a result', { node: [...right.node, namedNode('C', 'a', [])] }, 'two values are called a'],
    [
      'a result of the name of a weight',
      { node: [...right.node, namedNode('C', 'w', [])] },
      'two values are called w',
    ],
    [
      'what is used too early',
      { node: [...right.node].reverse() },
      'B probabilities uses a before it is computed',
    ],
    [
      'an output that nothing computes',
      { node: right.node.slice(0, 1) },
      'nothing computes the output probabilities',
    ],
  ])('finds %s', (_, graph, problem) => {
    expect(problems(graph)).toHaveLength(1);
    expect(problems(graph)[0]).toContain(problem);
  });

  it('finds that there is no version of operators', () => {
    expect(problems({}, { opset_import: [] })).toEqual(["it names no version of ONNX's operators"]);
  });

  it('does not take the missing inputs of two nodes for values of one name', () => {
    expect(
      problems({
        node: [
          { ...namedNode('A', 'a', ['image']), output: ['a', '', ''] },
          namedNode('B', 'probabilities', ['a', '']),
        ],
      }),
    ).toEqual([]);
  });
});

describe('checks', () => {
  const checksOf = async (change: Partial<CardOf<'single'>> = {}, model = file.model) =>
    verifyAlone({ ...file, model, source: encodeModel(model), card: withDigest({ ...card, ...change }) });
  const found = async (name: string, ...all: Parameters<typeof checksOf>) =>
    (await checksOf(...all)).find((check) => check.name === name);

  it('of a whole file all hold, each with what was found', async () => {
    const { node, initializer } = file.model.graph;
    const digest = (value: string) => `SHA-256 ${value.slice(0, 12)}... as in the card`;
    const checks = await verifyAlone(file);
    expect(checks).toEqual([
      {
        name: 'structure',
        holds: true,
        found: `${node.length} nodes and ${initializer.length} tensors in order, input and output as in the card`,
      },
      { name: 'weights', holds: true, found: digest(card.weightsDigest) },
      { name: 'recipe', holds: true, found: digest(card.recipeDigest) },
      {
        name: 'card',
        holds: true,
        found: 'labels, rule for pictures and expected answers as they were written',
      },
      { name: 'loads', holds: true, found: expect.stringMatching(/^by onnxruntime, in \d+\.\d\d s$/) },
      {
        name: 'golden',
        holds: true,
        found: expect.stringMatching(
          /^4 built-in pictures, alone and together: largest difference \d\.\de-\d of a probability \(allowed: 1\.1e-5\)$/,
        ),
      },
      {
        name: 'novelty',
        holds: true,
        found: expect.stringMatching(
          /^above 0\.5 is strange, 0\.90 % of 2875 validation pictures by mistake; built-in pictures: largest difference \d\.\de[+-]\d \(allowed: 1\.0e-4\)$/,
        ),
      },
    ]);
  });

  it('of what does not load end with that', async () => {
    const checks = await verifyAlone({ ...file, source: Uint8Array.of(1, 2, 3) });
    expect(checks).toHaveLength(5);
    expect(checks[4]).toMatchObject({ name: 'loads', holds: false });
    expect(checks[4]?.found.length).toBeGreaterThan(5);
  });

  it('of another recipe or other weights say both digests', async () => {
    expect(await found('recipe', { recipe: {} })).toEqual({
      ...{ name: 'recipe', holds: false },
      // The digest of an empty object.
      found: `SHA-256 44136fa355b3..., the card has ${card.recipeDigest.slice(0, 12)}...: the recipe in the card has been changed`,
    });
    const other = { weightsDigest: '0'.repeat(64) };
    expect((await found('weights', other))?.found).toMatch(
      /^SHA-256 [\da-f]{12}\.{3}, the card has 0{12}\.{3}: /,
    );
  });

  it('of answers are as near as the card allows', async () => {
    const off = (by: number) => ({
      golden: card.golden.map((each, i) =>
        i === 2
          ? { ...each, probabilities: each.probabilities.map((value, k) => (k === 4 ? value + by : value)) }
          : each,
      ),
    });
    const parity = card.parity && { ...card.parity, tolerance: 1e-3 };

    expect(await found('golden', off(5e-4))).toMatchObject({
      holds: false,
      found: expect.stringContaining('largest difference 5.0e-4'),
    });
    expect(await found('golden', { ...off(5e-4), ...(parity && { parity }) })).toMatchObject({
      holds: true,
      found: expect.stringContaining('(allowed: 1.0e-3)'),
    });
    expect(await found('golden', { ...off(0.01), quantization: { weights: 'int8' } as never })).toMatchObject(
      { holds: true, found: expect.stringContaining('(allowed: 2.0e-2)') },
    );
    expect(await found('golden', { ...off(0.03), quantization: { weights: 'int8' } as never })).toMatchObject(
      { holds: false },
    );
    expect(
      await found('golden', { ...off(0.01), quantization: { weights: 'float16' } as never }),
    ).toMatchObject({ holds: false });
    const bare = await verifyAlone({ ...file, card: withDigest({ ...card, parity: null }) });
    expect(bare.find(({ name }) => name === 'golden')).toMatchObject({
      holds: true,
      found: expect.stringContaining('(allowed: 1.1e-5)'),
    });
    expect(await found('golden', { golden: [] })).toEqual({
      name: 'golden',
      holds: true,
      open: 'none',
      found: 'the card has no expected answers',
    });
  });

  it('of a model that takes a fixed number of pictures ask it for as many', async () => {
    const fixed = decodeModel(encodeModel(file.model));
    for (const { type } of [...fixed.graph.input, ...fixed.graph.output]) {
      const [batch] = type?.tensor_type?.shape?.dim ?? [];
      if (batch === undefined) throw new Error('no shape');
      batch.dim_value = 3;
      delete batch.dim_param;
    }
    expect(await found('golden', {}, fixed)).toMatchObject({
      holds: true,
      found: expect.stringMatching(/^4 built-in pictures, 3 at a time: /),
    });
    const last = card.golden.map((each, i) =>
      i === 3 ? { ...each, probabilities: each.probabilities.toReversed() } : each,
    );
    expect(await found('golden', { golden: last }, fixed)).toMatchObject({ holds: false });
  });
});

describe('metrics', () => {
  it('are those of the card for as many pictures, to the last', async () => {
    const n = 501;
    const asked: [number, number][] = [];
    // Another picture at each place, by its bytes.
    const image = (index: number) => new Uint8Array(784).map((_, i) => ((index * 7919 + i * 31) >>> 3) & 255);
    const images = (from: number, to: number) => {
      asked.push([from, to]);
      return Buffer.concat(Array.from({ length: to - from }, (_, i) => image(from + i)));
    };
    const { found } = await verifyMetrics(file, images, new Uint8Array(n));
    expect(asked).toEqual([
      [0, 500],
      [500, 501],
    ]);
    const share = Number(/^accuracy (\d+\.\d\d) % on 501 test pictures; the card says /.exec(found)?.[1]);
    expect(share).toBeGreaterThanOrEqual(0);
    const few = 3;
    // The class that it gives to every picture is right for all of them.
    const uniform = (from: number, to: number) => new Uint8Array((to - from) * 784);
    const accuracies: boolean[] = [];
    for (let label = 0; label < 10; label++) {
      const metrics = { n: few, accuracy: 1 } as never;
      const { holds } = await verifyMetrics(
        { ...file, card: { ...card, metrics } },
        uniform,
        new Uint8Array(few).fill(label),
      );
      accuracies.push(holds);
    }
    expect(accuracies.filter(Boolean)).toHaveLength(1);
    const right = accuracies.indexOf(true);
    const labels = new Uint8Array(few).fill(right);
    const at = (metrics: unknown) =>
      verifyMetrics({ ...file, card: { ...card, metrics } as Card }, uniform, labels);
    expect(await at({ n: few, accuracy: 1 })).toEqual({
      name: 'metrics',
      holds: true,
      found: 'accuracy 100.00 % on 3 test pictures; the card says 100.00 % on 3',
    });
    expect(await at({ n: 2, accuracy: 1 })).toMatchObject({ holds: false });
    expect(await at({ n: few, accuracy: 0.5 })).toMatchObject({
      holds: false,
      found: expect.stringContaining('the card says 50.00 % on 3'),
    });
    expect(await at(null)).toMatchObject({
      holds: false,
      found: expect.stringContaining('the card says nothing'),
    });
  });
});

describe('compared with a reference', () => {
  const images = new Uint8Array(3 * 784).map((_, i) => (i * 31) & 255);
  const reference = (off: number) => ({
    name: 'theirs',
    open: async () => {
      const { onnxClassifier } = await import('../../../export/parity/classifier.ts');
      const own = await onnxClassifier(file.source, card.input.shape);
      return {
        classify: async (some: Uint8Array) => (await own.classify(some)).map((value) => value + off),
        close: () => own.close(),
      };
    },
  });

  it.each<[number, number | undefined, boolean]>([
    [0, undefined, true],
    [2e-5, undefined, false],
    [2e-5, 1e-4, true],
  ])('that is off by %d, where %s is allowed, holds: %s', async (off, tolerance, holds) => {
    const found = await compareWith(reference(off), file, images, card.input.shape, tolerance);
    expect(found).toMatchObject({ against: 'theirs', holds, parity: { n: 3, changedLabels: 0 } });
    expect(found).not.toHaveProperty('byLayer');
    expect(found.parity.maxProbabilityDifference).toBeCloseTo(off, 6);
  });
});

describe('in words', () => {
  const held: Check = { name: 'card', holds: true, found: 'as it was' };
  it('has a line for each check, and what they come to', () => {
    expect(
      verificationInWords('a.onnx', [
        held,
        { ...held, name: 'weights', holds: false, found: 'others\u001b' },
      ]).split('\n'),
    ).toEqual([
      'a.onnx',
      '  ok      card       as it was',
      '  FAILED  weights    others\\u001b',
      '',
      '1 of 2 checks failed: weights.',
    ]);
    const open = { ...held, name: 'golden', open: 'none' as const };
    expect(
      verificationInWords('a.onnx', [held, open, { ...open, name: 'b', open: 'older' }])
        .split('\n')
        .slice(2),
    ).toEqual([
      '  none    golden     as it was',
      '  older   b          as it was',
      '',
      'All 1 checks hold; not proven: golden, b.',
    ]);
    expect(verificationInWords('a.onnx', [held])).toMatch(/\n\nAll 1 checks hold\.$/);
  });

  it('has the comparison as a check more, and its layers where it fails', () => {
    const parity = { n: 3, maxProbabilityDifference: 0.25, changedLabels: 2, ties: 1 };
    const comparison = { against: 'b.safetensors', parity, holds: false };
    const line =
      '  FAILED  parity     with b.safetensors on 3 pictures: largest difference 2.5e-1, 2 changed labels, 1 of them a tie';
    expect(verificationInWords('a.onnx', [held], comparison).split('\n').slice(2)).toEqual([
      line,
      '',
      '1 of 2 checks failed: parity.',
    ]);
    const row = {
      layer: 'conv1',
      op: 'Conv',
      shape: [3, 2],
      largest: 0.5,
      relative: 0.5,
      changedWeights: [],
    };
    const withLayers = verificationInWords('a.onnx', [], {
      ...comparison,
      byLayer: { layers: [row], first: row },
    }).split('\n');
    expect(withLayers.slice(1, 4)).toEqual([line, '', 'The two differ first at conv1.']);
    expect(withLayers[5]).toMatch(/^ {2}conv1 .*<- differs first here$/);
    expect(verificationInWords('a.onnx', [], { ...comparison, byLayer: { layers: [row] } })).toContain(
      'No layer differs by more than rounding: the differences add up.',
    );
  });
});
