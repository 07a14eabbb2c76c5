// The table of ops in export/README.md, from the code: every converter with what its cases made of it, and what has none.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { convert } from '../../export/convert.ts';
import { alternativeTo, findConverter, opFamilies } from '../../export/ops/index.ts';
import type { TracedGraph } from '../../export/trace/index.ts';
import { root } from '../../setup/paths.mjs';
import { stateOf } from '../../train/graph/state.ts';
import { cases } from './ops/index.ts';
import { type Case, traceCase } from './support.ts';

export const readme = join(root, 'export/README.md');
const [BEGIN, END] = ['<!-- ops: made by `npm run ops-table` -->', '<!-- end of ops -->'];

/** ONNX operators by TensorFlow op, and how many cases run it. */
export type Seen = Map<string, { onnx: Set<string>; cases: number }>;

/** Notes what becomes of the ops of a case. */
export function see(seen: Seen, subject: Case, graph: TracedGraph): void {
  const inCase = new Map<string, Set<string>>();
  convert(graph, stateOf(subject.variables ?? new Map()), {
    name: subject.name,
    outputs: graph.outputs.map((_, i) => `y${i}`),
    passes: {},
    onOp: (op, made) => inCase.set(op, new Set([...(inCase.get(op) ?? []), ...made])),
  });
  for (const [op, made] of inCase) {
    const before = seen.get(op) ?? { onnx: new Set(), cases: 0 };
    seen.set(op, { onnx: new Set([...before.onnx, ...made]), cases: before.cases + 1 });
  }
}

/** TensorFlow ops that tfjs-node's kernels run, by what their source calls. */
export function kernelOps(): string[] {
  const folder = join(dirname(fileURLToPath(import.meta.resolve('@tensorflow/tfjs-node-gpu'))), 'kernels');
  const calls = /execute(?:Single|Multiple)(?:Output|Outputs|Input)\((?:'(\w+)'|tfjs_1\.(\w+))/g;
  const found = readdirSync(folder)
    .filter((name) => name.endsWith('.js'))
    .flatMap((name) => [...readFileSync(join(folder, name), 'utf8').matchAll(calls)])
    .map(([, text, constant]) => text ?? constant ?? '');
  return [...new Set(found)].sort();
}

/** Kernels' ops without a converter. */
export function withoutConverter(): string[] {
  return kernelOps().filter((op) => findConverter(op) === undefined);
}

/** Constants decide all of their results: they are computed while the model is exported. */
export const computedBefore = ['BroadcastArgs', 'LinSpace', 'Range'];

export function table(seen: Seen): string {
  const rows = Object.entries(opFamilies).flatMap(([family, converters]) =>
    Object.keys(converters)
      .sort()
      .map((op) => {
        const { onnx = new Set<string>(), cases: n = 0 } = seen.get(op) ?? {};
        const made = [...onnx].sort().join(', ') || 'nothing of its own';
        return `| ${op} | ${made} | ${family} | ${n} |`;
      }),
  );
  const missing = withoutConverter()
    .filter((op) => !computedBefore.includes(op))
    .map((op) => `| ${op} | ${alternativeTo(op)} |`);
  return [
    BEGIN,
    '',
    '| TensorFlow op | ONNX operators | family | cases |',
    '|---|---|---|---|',
    ...rows,
    '',
    `Computed while the model is exported, since constants decide them: ${computedBefore.join(', ')}.`,
    '',
    "Ops of tfjs-node's kernels that are not exported:",
    '',
    '| TensorFlow op | instead |',
    '|---|---|',
    ...missing,
    '',
    END,
  ].join('\n');
}

/** The table as it stands in the file. */
export function written(): string {
  const text = readFileSync(readme, 'utf8');
  return text.slice(text.indexOf(BEGIN), text.indexOf(END) + END.length);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const seen: Seen = new Map();
  for (const subject of Object.values(cases).flat()) see(seen, subject, traceCase(subject));
  writeFileSync(
    readme,
    readFileSync(readme, 'utf8').replace(written(), () => table(seen)),
  );
}
