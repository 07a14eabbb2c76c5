// The order of the test files: the longest first, so that the last minutes have work for every core; those that share a
// process last and together, since vitest goes on with a process only where the next file shares it too.
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Those that take 15 seconds or more on two cores, the longest first. */
export const LONG = [
  ...['package/package', 'readme', 'train/loop/fit', 'export/saved-model/zoo', 'train/verify/verify'],
  ...['train/library/train', 'train/project/whole-road', 'serve/predict/predict', 'bin/disk/disk'],
  ...['docs/contributing', 'web-demo/offline', 'export/publish/killed', 'web-demo/three-browsers'],
  ...['web-demo/teach/page', 'web-demo/page', 'train/report/record', 'web-demo/teach/three-browsers'],
  ...['web-demo/teach/camera', 'serve/telemetry', 'web-demo/access', 'web-demo/features', 'export/to/to'],
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
  const long = LONG.findIndex((path) => moduleId.endsWith(`/${path}`));
  if (long >= 0) return long;
  return project.config.isolate ? LONG.length : LONG.length + 1;
}
