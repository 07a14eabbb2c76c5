// One export from a checkpoint to a verified file, in a process of its own; prints its stages as JSON.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportModel } from '../../../export/publish/export.ts';
import { networkOf as networkOfCheckpoint } from '../../../export/publish/from-checkpoint.ts';
import { recipeDigest } from '../../../train/recipes/index.ts';
import { readCheckpoint } from '../../../train/runs/checkpoint.ts';
import { CLASSES, networkOf, randomSplit } from '../train/networks.ts';

const [path = '', name = '', converter = ''] = process.argv.slice(2);

/** Pictures that the file is compared on, besides the built-in ones: the parity set is left out here. */
const PICTURES = 10;

const began = performance.now();
const { shape } = networkOf(name);
const checkpoint = readCheckpoint(path);
const { recipe } = checkpoint;
const { probabilities, variables, parameters } = networkOfCheckpoint(
  path,
  checkpoint,
  CLASSES,
  shape,
  'none',
);
const stages: Record<string, number> = { loaded: (performance.now() - began) / 1000 };
const repository = mkdtempSync(join(tmpdir(), 'trainyard-bench-'));
const [height, width, channels] = shape;
try {
  await exportModel(
    {
      card: {
        name,
        description: recipe.description,
        labels: Array.from({ length: CLASSES }, (_, i) => String(i)),
        input: {
          shape: [height, width, channels === 1 ? 1 : 3],
          prepare: { rule: 'resize', filter: 'bilinear', crop: 'center' },
        },
        architecture: { name: recipe.architecture.name, parameters },
        tta: 'none',
        recipe: { ...recipe },
        recipeDigest: recipeDigest(recipe),
        datasets: [],
      },
      probabilities,
      variables,
      judged: randomSplit(PICTURES, shape),
    },
    {
      repository,
      onStage: (stage) => {
        stages[stage.name] = stage.seconds;
      },
      ...(converter === 'tf2onnx' && {
        convert: (await import('../../../export/tf2onnx/index.ts')).convertByTf2onnx,
      }),
    },
  );
} finally {
  rmSync(repository, { recursive: true });
}
const seconds = (performance.now() - began) / 1000;
// Since the process began: Node, TypeScript and TensorFlow's library are loaded in it, too.
console.log(JSON.stringify({ parameters, seconds, process: performance.now() / 1000, stages }));
