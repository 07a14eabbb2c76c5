// Every TensorFlow op that can be exported, against eager tfjs, at several batch sizes and operator sets.
import { describe, expect, it } from 'vitest';
import { OPSETS } from '../../../export/graph/opsets.ts';
import { alternativeTo, opFamilies } from '../../../export/ops/index.ts';
import { encodeModel } from '../../../models/onnx/schema.ts';
import { checkModels, exportCase, largestDifference, traceCase } from '../support.ts';
import { computedBefore, type Seen, see, table, withoutConverter, written } from '../table.ts';
import { cases } from './index.ts';

// Both compute float32, in another order; the largest difference measured is 1.02e-6.
const TOLERANCE = 3e-6;

const models = new Map<string, Uint8Array>();
const traced = new Set<string>();
const seen: Seen = new Map();

describe.each(Object.entries(cases))('%s', (family, subjects) => {
  it.each(subjects.map((subject) => [subject.name, subject] as const))('%s', async (name, subject) => {
    const graph = traceCase(subject);
    for (const { op } of graph.nodes) traced.add(op);
    see(seen, subject, graph);
    for (const opset of Object.values(OPSETS).filter((version) => version >= (subject.oldest ?? 0))) {
      const model = encodeModel(exportCase(subject, opset, graph));
      models.set(`${family} ${name} opset ${opset}`, model);
      expect(await largestDifference(subject, model)).toBeLessThan(subject.tolerance ?? TOLERANCE);
    }
  });
});

describe('together', () => {
  it('the cases run every op of the table', () => {
    const ops = Object.values(opFamilies).flatMap((family) => Object.keys(family));
    expect(ops.filter((op) => !traced.has(op))).toEqual([]);
  });

  it('export/README.md has the table of ops that `npm run ops-table` makes', () => {
    expect(written()).toBe(table(seen));
  });

  it("every op of tfjs-node's kernels is exported, or has a way out of its own", () => {
    const plain = alternativeTo('NoOpOfThisName');
    const silent = withoutConverter().filter(
      (op) => alternativeTo(op) === plain && !computedBefore.includes(op),
    );
    expect(silent).toEqual([]);
  });

  it("every model passes onnx's full check and strict shape inference", () => {
    expect(checkModels(models)).toBe(`${models.size} checked`);
  });
});
