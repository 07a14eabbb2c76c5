// What is promised of `trainyard export`'s options: what has no meaning is refused, with the reason.
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { checkTogether, refuseOnnx, type Subject } from '../../../export/cli/options.ts';

const run: Subject = { name: '0001-digits', from: 'run', classifier: false };
const elsewhere: Subject = { name: 'pets/model.json', from: 'elsewhere', classifier: false };
const classifier: Subject = { ...elsewhere, classifier: true };

it.each<[string, Subject, RegExp]>([
  ['--labels cat,dog', run, /--labels is for models from elsewhere/],
  ['--out=x', run, /--out names a folder of --to; a model file has its place in --repository/],
  ['--opset 21', { ...run, to: 'tfjs-graph' }, /--opset has no meaning for --to tfjs-graph/],
  ['--converter tf2onnx', { ...run, to: 'saved-model' }, /--converter has no meaning for --to saved-model/],
  [
    '--checkpoint last',
    elsewhere,
    /--checkpoint is for runs of Trainyard; pets\/model\.json is a model from elsewhere/,
  ],
  ['--tta', classifier, /--tta is for runs/],
  [
    '--to transformers',
    { ...elsewhere, to: 'transformers' },
    /--to takes a classifier: .*`--labels cat,dog,owl`/,
  ],
  ['--crop stretch', elsewhere, /--crop goes with --labels/],
  ['--repository models', elsewhere, /--repository goes with --labels/],
  ['--labels a,b --out x.onnx', classifier, /--out names a folder of --to/],
])('%s', (words, subject, message) => {
  expect(() => checkTogether(words.split(' '), subject)).toThrow(message);
});

it.each<[string, Subject]>([
  ['--tta --calibrate --opset 21 --converter tf2onnx --fold-batch-norm --repository models', run],
  ['--checkpoint last --to tfjs-graph --out folder', { ...run, to: 'tfjs-graph' }],
  ['--out pets.onnx --size 224 --name pets --converter tf2onnx', elsewhere],
  ['--labels a,b --scaling imagenet --crop stretch --pictures x --repository models', classifier],
  ['--labels a,b --to saved-model --out folder', { ...classifier, to: 'saved-model' }],
])('%s has a meaning', (words, subject) => {
  expect(() => checkTogether(words.split(' '), subject)).not.toThrow();
});

it('an ONNX file is exported already: what else can be done with it is said', () => {
  expect(() => refuseOnnx('b.onnx')).toThrow(
    /^b\.onnx is an ONNX file already.*verify b\.onnx.*quantize b\.onnx.*--from b\.onnx/s,
  );
  // Of a file without a card, only what can be done is said.
  const bare = fileURLToPath(new URL('../../train/backbone/torch.onnx', import.meta.url));
  expect(() => refuseOnnx(bare)).toThrow(/inspect .*torch\.onnx.*--backbone .*torch\.onnx/s);
  expect(() => refuseOnnx(bare)).not.toThrow(/verify|quantize|--from/);
  for (const name of [undefined, '0001-digits', 'pets/model.json'])
    expect(() => refuseOnnx(name)).not.toThrow();
});
