// The order of the test files: the longest first, so that the last minutes have work for every core; those that share a
// process last and together, since vitest goes on with a process only where the next file shares it too, and of these the
// longest first as well.
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Those that take 15 seconds or more on two cores, the longest first. */
export const LONG = [
  ...[
    'package/package',
    'train/sweep/ray',
    'serve/predict/on-ray',
    'train/cluster/tasks',
    'train/sweep/local',
    'export/novelty/export',
  ],
  ...['readme', 'export/publish/killed'],
  ...['export/saved-model/zoo', 'web-demo/three-browsers', 'export/quantize/quantize', 'bin/disk/disk'],
  ...['serve/predict/predict', 'train/library/train', 'train/loop/fit', 'train/project/whole-road'],
  ...['web-demo/page', 'docs/contributing', 'web-demo/offline', 'train/verify/verify', 'web-demo/teach/page'],
  ...[
    'web-demo/mattered',
    'export/to/to',
    'setup/failing',
    'web-demo/teach/three-browsers',
    'web-demo/camera',
  ],
  ...['train/memory/memory', 'web-demo/teach/camera', 'train/cli/pasted', 'serve/routes/add-model'],
  ...['export/tf2onnx/tf2onnx', 'own-folders', 'export/ops/ops', 'web-demo/models', 'web-demo/access'],
  ...['web-demo/features', 'web-demo/share', 'serve/alone', 'train/runs/old-run', 'train/report/record'],
  ...['package/browser', 'serve/telemetry', 'serve/process', 'setup/killed', 'export/passes/passes'],
].map((name) => `test/${name}.test.ts`);

export class LongFirst extends BaseSequencer {
  /** Others stay in vitest's order: as long as they took the last time, or else by size. */
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return longFirst(await super.sort(files));
  }
}

/** What the order looks at. */
interface File {
  readonly moduleId: string;
  readonly project: { readonly config: { readonly isolate: boolean } };
}

/** The files in the order above; those that are alike in it stay in theirs. */
export function longFirst<T extends File>(files: readonly T[]): T[] {
  return files.toSorted((a, b) => place(a) - place(b));
}

function place({ moduleId, project }: File): number {
  const found = LONG.findIndex((path) => moduleId.endsWith(`/${path}`));
  const among = found >= 0 ? found : LONG.length;
  return project.config.isolate ? among : LONG.length + 1 + among;
}
