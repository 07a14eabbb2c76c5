// What the makers of ONNX messages give: the same bytes as onnx's own helpers.
import { expect, it } from 'vitest';
import { floatTensor, int64Tensor, namedNode } from '../../models/onnx/make.ts';
import { dataType } from '../../models/onnx/schema.ts';

it('stores numbers little-endian, in one axis unless the shape is given', () => {
  expect(floatTensor('f', [1, -2])).toEqual({
    ...{ name: 'f', dims: [2], data_type: dataType.FLOAT },
    raw_data: Uint8Array.of(0, 0, 128, 63, 0, 0, 0, 192),
  });
  expect(floatTensor('one', [0.5], [])).toMatchObject({ dims: [], raw_data: Uint8Array.of(0, 0, 0, 63) });
  expect(int64Tensor('i', [2, -1])).toEqual({
    ...{ name: 'i', dims: [2], data_type: dataType.INT64 },
    raw_data: Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255),
  });
});

it('calls a node by the name of its output', () => {
  expect(namedNode('Add', 'sum', ['a', 'b'])).toEqual({
    ...{ op_type: 'Add', name: 'sum', input: ['a', 'b'], output: ['sum'], attribute: [] },
  });
});
