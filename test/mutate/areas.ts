// What is mutated, and which tests have to notice: the quick ones of an area, since they run for every mutant. A name
// that ends with a slash is a folder, with all that is below it. Tests run in their order here, until one fails.

/** An area: its sources, its tests, and the share of changes, in percent, that the tests have to notice. */
export interface Area {
  readonly sources: readonly string[];
  readonly tests: readonly string[];
  readonly least: number;
}

export const areas = {
  // What opens a server, and what bounds it.
  keys: {
    sources: ['serve/http/api-keys.ts', 'serve/http/key-file.ts', 'serve/http/quotas.ts'],
    tests: [
      'test/serve/http/api-keys.test.ts',
      'test/serve/http/key-file.test.ts',
      'test/serve/http/quotas.test.ts',
    ],
    least: 95,
  },
  forwarded: {
    sources: ['serve/http/forwarded.ts'],
    tests: ['test/serve/http/forwarded.test.ts'],
    least: 85,
  },
  limits: {
    sources: ['serve/settings/'],
    tests: ['test/serve/settings/'],
    least: 95,
  },
  admission: {
    sources: [
      'models/weighted-semaphore.ts',
      'serve/engine/admission.ts',
      'serve/engine/evict-sessions.ts',
      'serve/engine/expire-jobs.ts',
      'serve/engine/id-pool.ts',
      'models/rank.ts',
    ],
    tests: [
      'test/models/rank.test.ts',
      'test/models/weighted-semaphore.test.ts',
      'test/serve/engine/admission.test.ts',
      'test/serve/engine/evict-sessions.test.ts',
      'test/serve/engine/expire-jobs.test.ts',
      'test/serve/engine/id-pool.test.ts',
    ],
    least: 85,
  },
  memory: {
    sources: ['serve/memory/'],
    tests: ['test/serve/memory/'],
    least: 85,
  },
  queue: {
    sources: [
      'serve/engine/assignments.ts',
      'serve/engine/dispatch-loop.ts',
      'serve/engine/picture-job.ts',
      'serve/engine/results.ts',
      'serve/sessions/cancellation.ts',
      'serve/sessions/cost.ts',
      'serve/sessions/prepare-input.ts',
      'serve/sessions/queue.ts',
      'serve/sessions/run-batch.ts',
      'serve/sessions/transfer.ts',
    ],
    tests: [
      'test/serve/engine/assignments.test.ts',
      'test/serve/engine/dispatch-loop.test.ts',
      'test/serve/engine/picture-job.test.ts',
      'test/serve/engine/results.test.ts',
      'test/serve/sessions/queue.test.ts',
      'test/serve/sessions/cost.test.ts',
      'test/serve/sessions/run-batch.test.ts',
      'test/serve/sessions/transfer.test.ts',
      'test/serve/sessions/prepare-input.test.ts',
      'test/serve/sessions/cancellation.test.ts',
    ],
    least: 85,
  },
  upload: {
    sources: ['serve/upload/', 'serve/forms/'],
    tests: [
      'test/serve/upload/receive.test.ts',
      'test/serve/upload/decompress.test.ts',
      'test/serve/upload/plain-form.test.ts',
      'test/serve/upload/multipart.test.ts',
      'test/serve/forms/pixels.test.ts',
      'test/serve/forms/parse-json.test.ts',
      'test/serve/forms/read.test.ts',
    ],
    least: 85,
  },
  openinference: {
    sources: ['serve/openinference/'],
    tests: [
      'test/serve/openinference/requests.test.ts',
      'test/serve/openinference/responses.test.ts',
      'test/serve/openinference/rows.test.ts',
    ],
    least: 85,
  },
  grpc: {
    sources: ['serve/grpc/'],
    tests: [
      'test/serve/grpc/methods.test.ts',
      'test/serve/grpc/messages.test.ts',
      'test/serve/grpc/connections.test.ts',
      'test/serve/grpc/calls.test.ts',
    ],
    least: 85,
  },

  // Pictures: what training, server and page have to do alike.
  resize: {
    sources: [
      'models/image/area.ts',
      'models/image/long-passes.ts',
      'models/image/passes.ts',
      'models/image/region.ts',
      'models/image/resize.ts',
      'models/image/resize-plan.ts',
      'models/image/scans.ts',
      'models/image/taps.ts',
    ],
    tests: [
      'test/models/image/area.test.ts',
      'test/models/image/resize-plan.test.ts',
      'test/models/image/region.test.ts',
      'test/models/image/scans.test.ts',
      'test/models/image/resize-small.test.ts',
    ],
    least: 95,
  },
  image: {
    sources: [
      'models/image/alpha.ts',
      'models/image/connected-components.ts',
      'models/image/digit.ts',
      'models/image/drawn.ts',
      'models/image/encode-png.ts',
      'models/image/gray.ts',
      'models/image/ink.ts',
      'models/image/neighborhood.ts',
      'models/image/orient.ts',
      'models/image/picture.ts',
      'models/image/prepare.ts',
      'models/image/quantile.ts',
      'models/image/threshold.ts',
      'models/image/work.ts',
    ],
    tests: [
      'test/models/image/pixels.test.ts',
      'test/models/image/work.test.ts',
      'test/models/image/neighborhood.test.ts',
      'test/models/image/digit.test.ts',
      'test/models/image/prepare.test.ts',
      'test/models/image/encode-png.test.ts',
      'test/models/image/drawn.test.ts',
      'test/models/image/region.test.ts',
    ],
    least: 85,
  },
  headers: {
    sources: ['models/image/file/'],
    // The quick ones first: what is made when a file is loaded, such as a list, is held by all.
    tests: [
      'test/models/image/file/edges.test.ts',
      'test/models/image/file/unread.test.ts',
      'test/models/image/bmp.test.ts',
      'test/models/image/small-files.test.ts',
      'test/models/image/file/many-parts.test.ts',
    ],
    least: 85,
  },
  decode: {
    sources: ['models/image/decode/', 'serve/decode/'],
    tests: [
      'test/serve/decode/headers.test.ts',
      'test/models/image/file/edges.test.ts',
      'test/models/image/bmp.test.ts',
      'test/models/image/small-files.test.ts',
      'test/serve/decode/decoders.test.ts',
      'test/serve/decode/decode.test.ts',
      'test/train/report/without-sharp.test.ts',
      'test/models/image/corpus.test.ts',
    ],
    least: 85,
  },

  // The model file, and what is held against it.
  card: {
    sources: [
      'models/canonical.ts',
      'models/card.ts',
      'models/card-proof.ts',
      'models/golden.ts',
      'models/sha256.ts',
      'models/validate.ts',
      'models/written-json.ts',
      'serve/sessions/check-answers.ts',
    ],
    tests: [
      'test/models/card.test.ts',
      'test/models/validate.test.ts',
      'test/models/written-json.test.ts',
      'test/serve/sessions/check-answers.test.ts',
      'test/models/golden.test.ts',
      'test/models/canonical.test.ts',
      'test/models/sha256.test.ts',
      'test/models/card-proof.test.ts',
    ],
    least: 95,
  },
  onnx: {
    sources: ['models/onnx/'],
    tests: [
      'test/models/make.test.ts',
      'test/models/onnx/parts.test.ts',
      'test/models/onnx/find-features.test.ts',
      'test/models/onnx/find-layers.test.ts',
      'test/models/onnx/without-novelty.test.ts',
      'test/models/onnx/subgraph.test.ts',
      'test/models/onnx/schema.test.ts',
      'test/models/onnx/arrays.test.ts',
      'test/models/onnx/unique-names.test.ts',
      'test/models/unreadable.test.ts',
      'test/models/onnx/forms.test.ts',
      'test/models/onnx/wire.test.ts',
    ],
    least: 85,
  },
  adopt: {
    sources: ['models/adopt/'],
    tests: [
      'test/models/adopt-described.test.ts',
      'test/models/adopt-configurations.test.ts',
      'test/models/adopt-graph.test.ts',
      'test/models/preprocessor.test.ts',
      'test/models/adopt-forms.test.ts',
      'test/models/adopt.test.ts',
    ],
    least: 85,
  },
  ops: {
    sources: ['export/ops/'],
    tests: ['test/export/ops/', 'test/export/graph/size-advice.test.ts'],
    least: 85,
  },
  passes: {
    sources: ['export/passes/'],
    // Those of whole networks take ten times as long.
    tests: [
      'test/export/passes/clips.test.ts',
      'test/export/passes/batch-norm.test.ts',
      'test/export/passes/merge-reshapes.test.ts',
      'test/export/passes/pads.test.ts',
      'test/export/passes/rewrite.test.ts',
      'test/export/passes/sigmoids.test.ts',
      'test/export/passes/transposes-first.test.ts',
      'test/export/passes/traced.test.ts',
    ],
    least: 85,
  },
  parity: {
    sources: ['export/parity/'],
    tests: [
      'test/export/parity/labels.test.ts',
      'test/export/parity/allowed.test.ts',
      'test/export/parity/compare.test.ts',
      'test/export/parity/coordinates.test.ts',
      'test/export/parity/rounding.test.ts',
      'test/export/parity/questions.test.ts',
      'test/export/parity/compare-network.test.ts',
      'test/export/parity/layers.test.ts',
      'test/export/parity/classifier.test.ts',
      'test/export/parity/memory.test.ts',
      'test/export/parity/parity.test.ts',
    ],
    least: 95,
  },
  verify: {
    sources: ['export/verify/'],
    tests: ['test/export/verify/parts.test.ts', 'test/export/verify/verify.test.ts'],
    least: 85,
  },
  diff: {
    sources: ['export/diff/'],
    // Without the files that Python writes, which take two seconds each time.
    tests: [
      'test/export/diff/words.test.ts',
      'test/export/diff/parts.test.ts',
      'test/export/diff/diff.test.ts',
    ],
    least: 85,
  },

  // What is made in the browser, and what is fetched.
  teach: {
    sources: ['web-demo/teach/file/', 'web-demo/teach/head/'],
    tests: [
      'test/web-demo/teach/head.test.ts',
      'test/web-demo/teach/finish.test.ts',
      'test/web-demo/teach/make.test.ts',
    ],
    least: 85,
  },
  hub: {
    sources: ['hub/'],
    tests: [
      'test/hub/settings.test.ts',
      'test/hub/listing.test.ts',
      'test/hub/fetch-model.test.ts',
      'test/hub/hostile.test.ts',
    ],
    least: 85,
  },

  // Training.
  optimizers: {
    sources: ['train/optimizers/'],
    tests: ['test/train/optimizers/'],
    least: 95,
  },
  augment: {
    sources: ['train/augment/', 'train/random.ts'],
    tests: ['test/train/augment/', 'test/train/random.test.ts'],
    least: 85,
  },
  datasets: {
    sources: [
      'train/datasets/cifar10.ts',
      'train/datasets/circles.ts',
      'train/datasets/circles-count.ts',
      'train/datasets/dataset.ts',
      'train/datasets/idx.ts',
      'train/datasets/idx-dataset.ts',
      'train/datasets/mnist.ts',
      'train/datasets/subset.ts',
    ],
    tests: [
      'test/train/datasets/dataset.test.ts',
      'test/train/datasets/circles-count.test.ts',
      'test/train/datasets/circles.test.ts',
      'test/train/datasets/cifar10.test.ts',
      'test/train/datasets/idx.test.ts',
      'test/train/datasets/mnist.test.ts',
    ],
    least: 85,
  },
  looks: {
    sources: [
      'train/datasets/folder/look-alikes.ts',
      'train/datasets/folder/near-duplicates.ts',
      'train/datasets/folder/perceptual-hash.ts',
      'train/datasets/folder/split.ts',
    ],
    tests: ['test/train/datasets/folder/split.test.ts', 'test/train/datasets/folder/looks.test.ts'],
    least: 85,
  },
  folder: {
    sources: [
      'train/datasets/folder/arrange.ts',
      'train/datasets/folder/beside.ts',
      'train/datasets/folder/classes.ts',
      'train/datasets/folder/decode.ts',
      'train/datasets/folder/find.ts',
      'train/datasets/folder/findings-in-words.ts',
      'train/datasets/folder/findings.ts',
      'train/datasets/folder/foreign.ts',
      'train/datasets/folder/index-file.ts',
      'train/datasets/folder/index.ts',
      'train/datasets/folder/journal.ts',
      'train/datasets/folder/kinds.ts',
      'train/datasets/folder/level.ts',
      'train/datasets/folder/list-files.ts',
      'train/datasets/folder/listing.ts',
      'train/datasets/folder/nested.ts',
      'train/datasets/folder/read-files.ts',
      'train/datasets/folder/sides.ts',
      'train/datasets/folder/tables.ts',
      'train/datasets/folder/table/',
    ],
    // The quick ones first: what is made when a file is loaded, such as a regular expression, is held by all.
    tests: [
      'test/train/datasets/folder/names.test.ts',
      'test/train/datasets/folder/arrange.test.ts',
      'test/train/datasets/folder/journal.test.ts',
      'test/train/datasets/folder/layouts.test.ts',
      'test/train/datasets/folder/odd.test.ts',
      'test/train/datasets/folder/table.test.ts',
      'test/train/datasets/folder/folder.test.ts',
    ],
    least: 85,
  },
  statistics: {
    sources: ['train/report/calibration.ts', 'train/report/statistics.ts'],
    tests: ['test/train/report/calibration.test.ts', 'test/train/report/statistics.test.ts'],
    least: 85,
  },
  checkpoints: {
    sources: [
      'train/files/json.ts',
      'train/files/read.ts',
      'train/files/safetensors.ts',
      'train/files/write-whole.ts',
      'train/runs/checkpoint.ts',
      'train/runs/numbered-checkpoints.ts',
    ],
    tests: [
      'test/train/files/safetensors.test.ts',
      'test/train/runs/best-of.test.ts',
      'test/train/runs/numbered-checkpoints.test.ts',
      'test/train/runs/checkpoint.test.ts',
      'test/train/files/json.test.ts',
    ],
    least: 85,
  },
  runs: {
    sources: [
      'train/files/unfinished.ts',
      'train/loop/resume.ts',
      'train/runs/data.ts',
      'train/runs/environment.ts',
      'train/runs/lock.ts',
      'train/runs/run-command.ts',
      'train/runs/run.ts',
    ],
    tests: [
      'test/train/files/unfinished.test.ts',
      'test/train/runs/run.test.ts',
      'test/train/runs/data.test.ts',
      'test/train/runs/damaged-recipe.test.ts',
      'test/train/loop/resume.test.ts',
      'test/train/runs/lock.test.ts',
    ],
    least: 90,
  },
  // What of the loop is no graph: graphs are compared to the bit by whole trainings, which takes too long here.
  loop: {
    sources: [
      'train/loop/diverged.ts',
      'train/loop/epoch-timer.ts',
      'train/loop/finish-epoch.ts',
      'train/loop/logits.ts',
      'train/loop/slow-copies.ts',
      'train/loop/spans.ts',
      'train/loop/take-step.ts',
    ],
    tests: ['test/train/loop/parts.test.ts', 'test/train/loop/epoch-timer.test.ts'],
    least: 85,
  },
  // Small trainings, which take seconds for each change: a share of the changes is enough.
  steps: {
    sources: [
      'train/loop/features.ts',
      'train/loop/stages.ts',
      'train/loop/step.ts',
      'train/loop/step-functions.ts',
      'train/loop/step-graphs.ts',
      'train/loop/step-variables.ts',
    ],
    tests: [
      'test/train/loop/parts.test.ts',
      'test/train/loop/step-inputs.test.ts',
      'test/train/loop/step.test.ts',
      'test/train/loop/stages.test.ts',
    ],
    least: 85,
  },
  carried: {
    sources: ['train/runs/weights-of-model-file.ts'],
    // Training and exporting first, as weights-of-model-file.test.ts does, takes 15 s.
    tests: ['test/train/runs/carried-weights.test.ts'],
    least: 85,
  },
  // The passes that put other ops in place of some: graphs that are nearly those, written by hand, are quick.
  rewrites: {
    sources: [
      'train/graph/filter-gradient.ts',
      'train/graph/fused-gelu.ts',
      'train/graph/fused-momentum.ts',
      'train/graph/gelu.ts',
      'train/graph/pool-gradient.ts',
    ],
    tests: [
      'test/train/graph/nearly-gelu.test.ts',
      'test/train/graph/nearly-momentum.test.ts',
      'test/train/graph/nearly-pooled.test.ts',
      'test/train/graph/nearly-filter-gradient.test.ts',
      'test/train/graph/filter-gradient.test.ts',
      'test/train/graph/fused-gelu.test.ts',
    ],
    least: 85,
  },
  graph: {
    sources: [
      'train/graph/bfloat16.ts',
      'train/graph/compile.ts',
      'train/graph/draws.ts',
      'train/graph/environment.ts',
      'train/graph/graph.ts',
      'train/graph/images.ts',
      'train/graph/library-pages.ts',
      'train/graph/node-def.ts',
      'train/graph/quietly.ts',
      'train/graph/reading-kernels.ts',
      'train/graph/retrace.ts',
      'train/graph/saved-model.ts',
      'train/graph/state.ts',
      'train/graph/tensorflow.ts',
      'train/graph/trace.ts',
    ],
    // Those of rewrites are asked by their own area, and those that start programs notice nothing.
    tests: [
      'test/train/graph/retrace.test.ts',
      'test/train/graph/values.test.ts',
      'test/train/graph/state.test.ts',
      'test/train/graph/library-pages.test.ts',
      'test/train/graph/trace.test.ts',
      'test/train/graph/references.test.ts',
      'test/train/graph/fused-momentum.test.ts',
      'test/train/graph/bfloat16.test.ts',
      'test/train/graph/compile.test.ts',
    ],
    least: 85,
  },
} as const satisfies Readonly<Record<string, Area>>;

/** The area of a name; undefined where there is none. */
export function areaOf(name: string | undefined): Area | undefined {
  return Object.entries<Area>(areas).find(([known]) => known === name)?.[1];
}
