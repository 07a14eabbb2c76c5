// A backbone from elsewhere in a recipe: an ONNX file whose features a head is trained on.
import { z } from 'zod';

export const backboneSchema = z.strictObject({
  /** Absolute path of the file. */
  path: z.string(),
  /** Where it was fetched: `hf:owner/name@<commit>/<file>`. Then it can be fetched again, and `path` is in the cache. */
  source: z.string().exactOptional(),
  /** SHA-256 of the file and of the files of weights beside it. */
  sha256: z.string(),
  /** Name of the value in the file's graph that is taken. */
  output: z.string(),
  /** Its sizes but for the number of pictures: `[F]`, `[F,h,w]`, `[h,w,F]` or `[tokens,F]`; places are averaged. */
  sizes: z.array(z.int().min(1)).min(1).max(3),
  /** What the file takes: bytes of pictures are standardized as the recipe says, unless it takes bytes itself. */
  input: z.strictObject({
    type: z.enum(['float32', 'uint8']),
    layout: z.enum(['nchw', 'nhwc']),
    order: z.enum(['rgb', 'bgr']),
  }),
});

export type Backbone = z.output<typeof backboneSchema>;
