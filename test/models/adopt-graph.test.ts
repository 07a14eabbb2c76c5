// What is promised of the graph of a model from elsewhere: its input and output are found or refused in words, what is added
// around it meets none of its own names, and the file says where it comes from.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readPlainCard } from '../../models/adopt/card.ts';
import { wrapGraph } from '../../models/adopt/graph.ts';
import { adoptModel } from '../../models/adopt/index.ts';
import { checkInput } from '../../models/adopt/input.ts';
import { chooseOutput } from '../../models/adopt/output.ts';
import { readCard } from '../../models/card.ts';
import { namedNode } from '../../models/onnx/make.ts';
import { readMetadataEntries } from '../../models/onnx/metadata.ts';
import {
  dataType,
  decodeModel,
  encodeModel,
  type ModelProto,
  type NodeProto,
  type ValueInfoProto,
} from '../../models/onnx/schema.ts';
import { elsewhere } from './elsewhere.ts';

/** A model that is in no file, with all of its weights in it. */
const nowhere = join(tmpdir(), 'model.onnx');

const { FLOAT, FLOAT16, DOUBLE, UINT8, INT64 } = dataType;
type Side = number | string | undefined;
const value = (name: string, elem_type: number, sides?: Side[]): ValueInfoProto => {
  const dim = (sides ?? []).map((side) =>
    typeof side === 'number' ? { dim_value: side } : side === undefined ? {} : { dim_param: side },
  );
  return { name, type: { tensor_type: { elem_type, ...(sides && { shape: { dim } }) } } };
};

const plain = { labels: ['a', 'b', 'c'], input: { size: [8, 6], layout: 'NCHW' }, output: 'logits' };
const cardOf = (input: object = {}, more: object = {}) =>
  readPlainCard(JSON.stringify({ ...plain, input: { ...plain.input, ...input }, ...more }));
const model = (change: (model: ModelProto) => void = () => {}) => {
  const made = decodeModel(elsewhere({ dims: ['N', 3, 8, 6] }));
  change(made);
  return made;
};

describe('the input', () => {
  const check = (sides: Side[] | undefined, input: object = {}, type: number = FLOAT) => {
    const { batch, form, type: taken } = checkInput(value('x', type, sides), cardOf(input));
    return [form, batch, taken];
  };

  test.each<[Side[] | undefined, object, string, number | undefined]>([
    [undefined, {}, 'pictures', undefined],
    [['N', 3, 8, 6], {}, 'pictures', undefined],
    [[2, 3, 8, 6], {}, 'pictures', 2],
    [[0, -1, undefined, 'W'], {}, 'pictures', undefined],
    [['N', 8, 6, 3], { layout: 'NHWC' }, 'pictures', undefined],
    [['N', 1, 8, 6], { channels: 'gray' }, 'pictures', undefined],
    [[3, 8, 6], {}, 'one', 1],
    [['C', 8, undefined], {}, 'one', 1],
    [['N', 144], {}, 'rows', undefined],
    [[4, 48], { channels: 'gray', layout: 'NHWC' }, 'rows', 4],
  ])('of sides %j, where the card says %j, is %s', (sides, input, form, batch) => {
    expect(check(sides, input)).toEqual([form, batch, FLOAT]);
  });

  test('is of the type that the card says, float32 of any float', () => {
    for (const type of [FLOAT, FLOAT16, DOUBLE]) expect(check(['N', 3, 8, 6], {}, type)[2]).toBe(type);
    expect(check(['N', 3, 8, 6], { type: 'float16' }, FLOAT16)[2]).toBe(FLOAT16);
    expect(check(['N', 3, 8, 6], { type: 'uint8' }, UINT8)[2]).toBe(UINT8);
    for (const [type, wrong] of [
      ['float16', FLOAT],
      ['uint8', FLOAT],
      ['float32', INT64],
    ] as const)
      expect(() => check(['N', 3, 8, 6], { type }, wrong)).toThrow(
        `card.json input.type: received "${type}", but the model's input "x" is ${wrong === FLOAT ? 'float' : 'int64'}`,
      );
    expect(() => checkInput({ name: 'x' }, cardOf())).toThrow(`the model's input "x" is no tensor`);
  });

  test.each<[Side[], object, string]>([
    [['N', 3, 8, 7], {}, 'received NCHW of [N,3,8,6], but the model\'s input "x" is [N,3,8,7]'],
    [
      [-1, 3, undefined, 7],
      { layout: 'NHWC' },
      'received NHWC of [N,8,6,3], but the model\'s input "x" is [?,3,?,7]',
    ],
    [['N', 8, 6, 3], {}, '[N,8,6,3]. Is it "layout": "NHWC"?'],
    [['N', 3, 8, 6], { layout: 'NHWC' }, '[N,3,8,6]. Is it "layout": "NCHW"?'],
    [['N', 143], {}, 'is [N,143]'],
    [['N'], {}, 'is [N]'],
    [[3, 8, 6, 1, 1], {}, 'is [3,8,6,1,1]'],
    [[8, 6, 3], {}, 'is [8,6,3]'],
  ])('of sides %j, where the card says %j, is refused', (sides, input, message) => {
    expect(() => check(sides, input)).toThrow(message);
  });

  test('is the only one that is no weight', () => {
    const inputs =
      (...names: string[]) =>
      () =>
        wrapGraph(
          model(({ graph }) => {
            graph.input = names.map((name) => value(name, FLOAT, ['N', 3, 8, 6]));
          }),
          cardOf(),
        );
    expect(inputs('input', 'weights')().graph.input.map(({ name }) => name)).toEqual(['image', 'weights']);
    expect(inputs('weights')).toThrow('the model has 0 inputs (), expected one');
    expect(inputs('input', 'mask')).toThrow('the model has 2 inputs (input, mask), expected one');
  });
});

describe('the output', () => {
  const choose = (output: unknown, ...outputs: ValueInfoProto[]) => {
    const { name, kind, single } = chooseOutput(outputs, cardOf({}, { output }));
    return [name, kind, single];
  };
  const pair = (output: string) => cardOf({}, { labels: ['no', 'yes'], output });

  test.each<[Side[] | undefined]>([
    [undefined],
    [['N', 3]],
    [['N', undefined]],
    [['N', 3, 1, 1]],
    [['N', 3, 'H']],
    [[3]],
  ])('of sides %j may be three classes', (sides) => {
    expect(choose('logits', value('y', FLOAT, sides))).toEqual(['y', 'logits', false]);
  });

  test.each<[Side[], number]>([
    [['N', 4], 4],
    [['N', 2, 2], 4],
    [[5], 5],
  ])('of sides %j is of %d classes', (sides, classes) => {
    expect(() => choose('logits', value('y', FLOAT, sides))).toThrow(
      `card.json labels: received 3, but the model's output "y" has ${classes} classes`,
    );
  });

  test('of one number tells two classes apart', () => {
    for (const sides of [['N', 1], [1], ['N'], [], ['N', 1, 1]]) {
      expect(chooseOutput([value('y', FLOAT, sides)], pair('logits')).single).toBe(true);
      expect(() => choose('probabilities', value('y', FLOAT, sides))).toThrow(
        'received 3, but the model\'s output "y" has one number, which tells two classes apart: expected 2',
      );
    }
    // Of several labels, one number is one label.
    expect(() => chooseOutput([value('y', FLOAT, ['N', 1])], pair('multi-label'))).toThrow(/has 1 classes/);
    const [only] = [cardOf({}, { labels: ['a'], output: 'multi-label-logits' })];
    expect(chooseOutput([value('y', FLOAT, ['N', 1])], only)).toMatchObject({ single: false });
  });

  test('is the one that is named, or the only one that may be', () => {
    const named = { name: 'z', values: 'probabilities' };
    const [y, z] = [value('y', FLOAT, ['N', 3]), value('z', DOUBLE, ['N', 3])];
    expect(choose(named, y, z)).toEqual(['z', 'probabilities', false]);
    expect(choose('logits', value('hidden', FLOAT, ['N', 64]), value('index', INT64, ['N', 3]), z)[0]).toBe(
      'z',
    );
    expect(() => choose({ ...named, name: 'zz' }, y, z)).toThrow(
      /^card\.json output\.name: received "zz", which the model does not have\. .*z/,
    );
    expect(() => choose('logits')).toThrow('the model has no output');
    expect(() =>
      choose('logits', y, { name: 'list' }, value('open', FLOAT), value('index', INT64, [-1, 'K'])),
    ).toThrow(
      '4 outputs, "y" (float [N,3]), "list" (no tensor), "open" (float), "index" (int64 [?,K]); name the one that is meant: {"name": "y", "values": "logits"}',
    );
    expect(() => choose('logits', value('a', FLOAT, ['N', 9]), value('b', FLOAT, ['N', 9]))).toThrow(
      /2 outputs/,
    );
  });

  test('is a float', () => {
    for (const type of [FLOAT, FLOAT16, DOUBLE])
      expect(choose('logits', value('y', type, ['N', 3]))[0]).toBe('y');
    expect(() => choose('logits', value('y', INT64, ['N', 3]))).toThrow(
      'output "y" is int64, expected float',
    );
    expect(() => choose('logits', { name: 'y' })).toThrow('output "y" is no tensor, expected float');
  });
});

describe('what is added', () => {
  const outputs = ({ graph }: ModelProto) => graph.node.flatMap(({ output }) => output);
  /** All but what the model has itself. */
  const added = (own: ModelProto) => {
    const before = new Set([...outputs(own), ...own.graph.initializer.map(({ name }) => name)]);
    const wrapped = wrapGraph(own, cardOf({ mean: 0.5 }));
    const names = [...outputs(wrapped), ...wrapped.graph.initializer.map(({ name }) => name ?? '')];
    return names.filter((name) => !before.has(name));
  };

  test('has names that the model has not', () => {
    const begins = (names: string[]) => [...new Set(names.map((name) => name.split('/')[0]))];
    // The last node gives its input the name that the model uses.
    expect(begins(added(model())).toSorted()).toEqual(['input', 'probabilities', 'trainyard']);
    const weighty = model(({ graph }) => {
      for (const tensor of graph.initializer) tensor.name = 'trainyard/w';
      for (const node of graph.node)
        node.input = node.input.map((name) => name.replace('weights', 'trainyard/w'));
    });
    expect(begins(added(weighty))).toContain('trainyard-2');
    const twice = model(({ graph }) => {
      graph.node.push(namedNode('Neg', 'trainyard/x', ['flat']), namedNode('Neg', 'trainyard-2/x', ['flat']));
      for (const tensor of graph.initializer) delete tensor.name;
    });
    expect(begins(added(twice))).toContain('trainyard-3');
    for (const names of [added(weighty), added(twice)]) expect(new Set(names).size).toBe(names.length);
  });

  test('leaves no other value under the names of our own input and output', () => {
    const branch = (name: string): NodeProto['attribute'][number] => ({
      name,
      type: 5,
      g: {
        ...{ node: [namedNode('Neg', 'image', ['probabilities'])], input: [value('image', FLOAT)] },
        ...{
          output: [value('image', FLOAT)],
          initializer: [{ name: 'probabilities', dims: [], data_type: FLOAT }],
        },
        value_info: [value('probabilities', FLOAT)],
      },
    });
    const { g, ...list } = branch('all');
    const own = model(({ graph }) => {
      graph.input = [value('probabilities', FLOAT, ['N', 3, 8, 6])];
      graph.output = [value('image', FLOAT, ['N', 3])];
      graph.value_info = [value('probabilities', FLOAT), value('flat', FLOAT)];
      graph.node = [
        namedNode('Flatten', 'flat', ['probabilities']),
        namedNode('Own', 'kept', ['flat'], [branch('one'), { ...list, ...(g && { graphs: [g] }) }]),
        namedNode('MatMul', 'image', ['flat', 'weights']),
      ];
    });
    const { graph, ir_version } = wrapGraph(own, cardOf());
    const theirs = graph.node.filter(({ op_type }) => ['Flatten', 'Own', 'MatMul'].includes(op_type));
    // Nodes keep their own names.
    const inner = JSON.stringify(theirs).replaceAll(/"op_type":"\w+","name":"\w+"/g, '');
    expect(inner).not.toMatch(/"(image|probabilities)"/);
    expect(inner.match(/"trainyard\/inner-image"/g)).toHaveLength(7);
    expect(inner.match(/"trainyard\/inner-probabilities"/g)).toHaveLength(7);
    expect(graph.value_info?.map(({ name }) => name)).toEqual(['trainyard/inner-probabilities', 'flat']);
    expect(wrapGraph(model(), cardOf()).graph).not.toHaveProperty('value_info');
    expect([graph.input, graph.output]).toEqual([
      [value('image', UINT8, ['N', 8, 6, 3])],
      [value('probabilities', FLOAT, ['N', 3])],
    ]);
    expect(ir_version).toBe(8);
  });

  test('is no more than the card asks for', () => {
    const own = decodeModel(elsewhere({ dims: [2, 8, 6, 3], type: UINT8 }));
    const { graph } = wrapGraph(own, cardOf({ layout: 'NHWC', type: 'uint8' }, { output: 'probabilities' }));
    expect(graph.node.map(({ op_type }) => op_type)).toEqual([
      'Identity',
      'Cast',
      'Flatten',
      'MatMul',
      'Reshape',
    ]);
    expect(graph.input).toEqual([value('image', UINT8, [2, 8, 6, 3])]);
    const operators = (input: object) =>
      wrapGraph(model(), cardOf(input))
        .graph.node.map(({ op_type }) => op_type)
        .slice(0, -4);
    const [before, after] = [['Cast'], ['Transpose']];
    expect(operators({ scale: 1 })).toEqual([...before, ...after]);
    expect(operators({})).toEqual([...before, 'Div', ...after]);
    expect(operators({ scale: 1, mean: [0, 0, 0.5] })).toEqual([...before, 'Sub', ...after]);
    expect(operators({ scale: 1, std: [1, 1, 0.5] })).toEqual([...before, 'Div', ...after]);
    expect(operators({ channels: 'BGR', scale: 1 })).toEqual(['Gather', ...before, ...after]);
  });

  test('needs opset 7, and version 4 of the format, which it says then', () => {
    const of = (ir_version: number, ...opset_import: ModelProto['opset_import']) =>
      wrapGraph({ ...model(), ir_version, opset_import }, cardOf()).ir_version;
    expect([of(3, { version: 7 }), of(4, { version: 7 }), of(9, { version: 7 })]).toEqual([4, 4, 9]);
    expect(() => of(3, { version: 6 })).toThrow('the model has opset 6, expected at least 7');
    expect(() => of(3)).toThrow('the model has opset 0, expected at least 7');
  });
});

describe('the file', () => {
  const adopt = (card: object, own: ModelProto = model(), source?: string) =>
    adoptModel('mine', encodeModel(own), { card: JSON.stringify({ ...plain, ...card }) }, nowhere, source);

  test('has a card that says what it is and where it comes from', () => {
    const { recipe, metrics, parity, ...card } = readCard(adopt({}, model(), 'hf:x/y'));
    expect([recipe, metrics, parity]).toEqual([{}, null, null]);
    expect(card).toMatchObject({
      ...{
        format: 'trainyard-card/1',
        name: 'mine',
        description: 'hf:x/y',
        labels: ['a', 'b', 'c'],
        tta: 'none',
      },
      input: {
        name: 'image',
        shape: [8, 6, 3],
        prepare: { rule: 'resize', filter: 'bilinear', crop: 'center' },
      },
      output: { name: 'probabilities', values: 'distribution' },
      architecture: { name: 'elsewhere', parameters: 8 * 6 * 3 * 3 },
      // Of `{}`: echo -n '{}' | sha256sum
      recipeDigest: '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
      datasets: [],
    });
    expect(readCard(adopt({ description: 'about it' }, model(), 'hf:x/y')).description).toBe(
      'about it, from hf:x/y',
    );
    expect(readCard(adopt({ description: 'about it' })).description).toBe('about it');
    for (const output of ['multi-label', 'multi-label-logits'])
      expect(readCard(adopt({ output }))).toMatchObject({
        ...{ format: 'trainyard-card/2', task: 'multi', thresholds: [0.5, 0.5, 0.5] },
        output: { name: 'probabilities', values: 'independent' },
      });
    expect(readCard(adopt({ output: 'multi-label', thresholds: [0.1, 0.2, 0.3] }))).toMatchObject({
      thresholds: [0.1, 0.2, 0.3],
    });
    const nameless = model(({ graph }) => {
      graph.name = '';
      graph.initializer.push({ name: 'one', dims: [], data_type: FLOAT, raw_data: new Uint8Array(4) });
    });
    expect(readCard(adopt({}, nameless)).architecture).toEqual({ name: 'onnx', parameters: 433 });
  });

  test('keeps what its makers wrote, but for a card that is there already', () => {
    const first = adopt({ description: 'first' });
    const ours = { layout: 'NHWC', type: 'uint8' };
    const card = { description: 'second', input: { ...plain.input, ...ours }, output: 'probabilities' };
    const twice = adopt(card, decodeModel(first));
    expect(
      readMetadataEntries(first)
        .map(([key]) => key)
        .toSorted(),
    ).toEqual(
      readMetadataEntries(twice)
        .map(([key]) => key)
        .toSorted(),
    );
    expect(readMetadataEntries(twice)).toContainEqual(['author', 'somebody']);
    expect(readCard(twice).description).toBe('second');
  });

  test('is refused in the words of what described it', () => {
    const two = { ...plain, labels: ['a', 'b'] };
    expect(() => adopt(two)).toThrow(/^card\.json labels: received 2/);
    const beside = {
      config: JSON.stringify({ label_names: ['a', 'b'] }),
      preprocessor: JSON.stringify({ size: { height: 8, width: 6 } }),
    };
    expect(() => adoptModel('mine', encodeModel(model()), beside, nowhere)).toThrow(
      /^its configurations: labels: received 2, but the model's output "logits" has 3 classes$/,
    );
    expect(() => adoptModel('mine', encodeModel(model()), { card: '{' }, nowhere)).toThrow(
      /^card\.json is not JSON/,
    );
  });
});
