// What an earlier run has found and a later one tries again: changes that survived, and those whose test has changed.
import { z } from 'zod';

const reportSchema = z.looseObject({
  files: z.record(
    z.string(),
    z.looseObject({
      mutants: z.array(z.looseObject({ killedBy: z.array(z.string()).optional() })),
    }),
  ),
  testFiles: z
    .record(
      z.string(),
      z.looseObject({ source: z.string().optional(), tests: z.array(z.looseObject({ id: z.string() })) }),
    )
    .optional(),
});

/**
 * An incremental report of Stryker without what has to be tried again. By itself it keeps a survivor as long as no test
 * is added, and a killed one however its test has changed, since vitest's runner tells no lines of tests.
 *
 * @param tried - the files that are mutated now; what was found in others stays.
 * @param read - the text of a file now; undefined where there is none any more.
 */
export function forget(
  report: string,
  tried: readonly string[],
  read: (path: string) => string | undefined,
): string {
  const { files, testFiles = {}, ...rest } = reportSchema.parse(JSON.parse(report));
  const same = new Set(
    Object.entries(testFiles)
      .filter(([path, { source }]) => source !== undefined && source === read(path))
      .flatMap(([, { tests }]) => tests.map(({ id }) => id)),
  );
  const kept = Object.entries(files).map(([path, file]) => [
    path,
    {
      ...file,
      mutants: file.mutants.filter(
        ({ killedBy = [] }) => !tried.includes(path) || killedBy.some((id) => same.has(id)),
      ),
    },
  ]);
  return JSON.stringify({ ...rest, testFiles, files: Object.fromEntries(kept) });
}
