// What tells whether two runs saw the same data: a SHA-256 of each part of a data set.
import { z } from 'zod';

const ours = z.object({ train: z.string(), validation: z.string(), test: z.string().exactOptional() });

/** As runs had them before data sets had a part for validation: what validated was called the test. */
const former = z.object({ train: z.string(), test: z.string() });

/** Digests as they are written, today's or those of earlier versions. */
export const digestsSchema = z.union([
  ours,
  former.transform(({ train, test }): z.output<typeof ours> => ({ train, validation: test })),
]);

/** SHA-256 of the pictures and labels of each part. */
export type DataDigests = Readonly<z.output<typeof ours>>;

/** The first part in which two digests differ; a test counts where both have one. */
export function changedSplit(a: DataDigests, b: DataDigests): 'train' | 'validation' | 'test' | undefined {
  for (const split of ['train', 'validation'] as const) if (a[split] !== b[split]) return split;
  return a.test !== undefined && b.test !== undefined && a.test !== b.test ? 'test' : undefined;
}
