// What is promised of words that export's commands cannot take: an answer that says what they take, before any runtime is loaded.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { trainyard } from '../../command.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-words-'));
afterAll(() => rmSync(folder, { recursive: true }));

const modelJson = join(folder, 'model.json');
const labels = join(folder, 'labels.json');
writeFileSync(modelJson, '{}');
writeFileSync(labels, '{"cat": 1');

it.each<[string, string | RegExp]>([
  ['export --opset 99', '--opset takes a whole number from 13 to 26; received "99".'],
  ['export --opset 17.5', '--opset takes a whole number from 13 to 26; received "17.5".'],
  [
    'export --tolerance 2',
    '--tolerance takes a difference of probabilities above 0 and below 1; received "2".',
  ],
  [
    'export pets/model.json --tolerance 2',
    '--tolerance takes a difference of answers, as a share of 1 or of the value, above 0 and below 1; received "2".',
  ],
  ['export --checkpoint lats', '--checkpoint takes best, last; received "lats". Did you mean last?'],
  ['export --converter tf2onx', '--converter takes own, tf2onnx; received "tf2onx". Did you mean tf2onnx?'],
  [
    'export --to tfjs-grpah',
    '--to takes tfjs-layers, tfjs-graph, saved-model, transformers; received "tfjs-grpah". Did you mean tfjs-graph?',
  ],
  [
    'export --repository /dev/null/y',
    '--repository takes a folder that can be written to; received "/dev/null/y": /dev/null is a file.',
  ],
  [`verify digits --pictures ${folder}`, /^--pictures is for a comparison: .*--against/],
  [`verify digits --data ${folder}`, /^--data is for --test, and for --against without --pictures/],
  ['quantize digits --repository /dev/null/y', /^--repository takes a folder that can be written to/],
  [`export ${modelJson} --out /dev/null/y/a.onnx`, /^--out takes a folder that can be written to/],
  [
    'inspect digts',
    /^There is neither a model "digts" in .* nor a run of this name in .*\. Did you mean digits\?$/,
  ],
  ['export --labels cat,dog', /^--labels is for models from elsewhere/],
  [`export nothing --runs ${folder}`, /nothing/],
  [`export ${modelJson} --size 0`, '--size takes 224, or 224x160 for height and width; received "0".'],
  [`export ${modelJson} --out model.pb`, '--out takes a file that ends in .onnx; received "model.pb".'],
  [
    `export ${modelJson} --labels cat,cat`,
    '--labels: every class needs a name of its own; received "cat,cat".',
  ],
  [`export ${modelJson} --labels ${labels}`, /^--labels: .*labels\.json is not a JSON list of names/],
  [
    `export ${modelJson} --labels a,b --scaling 0-1`,
    /^--scaling takes 0\.\.1, -1\.\.1, 0\.\.255, imagenet; received "0-1"\./,
  ],
  [
    `export ${modelJson} --labels a,b --crop strech`,
    '--crop takes center, stretch; received "strech". Did you mean stretch?',
  ],
  [
    `export ${modelJson} --labels a,b --pictures ${modelJson}`,
    /^--pictures takes a folder; received ".*model\.json", which is none\.$/,
  ],
  ['export digits.onnx', /^digits\.onnx is an ONNX file already/],
  ['quantize digits --weights int4', '--weights takes int8, float16; received "int4". Did you mean int8?'],
  ['quantize digits --max-drop -1', '--max-drop takes percent of accuracy from 0 to 100; received "-1".'],
  ['quantize digits --calibration 0', '--calibration takes a whole number from 1 to 1000000; received "0".'],
  ['quantize digits --data nowhere', '--data takes a folder; received "nowhere", which is none.'],
  [`verify nothing.onnx`, /^nothing\.onnx cannot be read/],
  ['verify digits --pictures nowhere', '--pictures takes a folder; received "nowhere", which is none.'],
  ['diff digits digits --pictures nowhere', '--pictures takes a folder; received "nowhere", which is none.'],
  [
    'inspect digits --sizes height=0',
    '--sizes takes names and whole numbers, such as height=224,width=224; received "height=0".',
  ],
])('%s', async (words, message) => {
  const { status, stdout, stderr } = await trainyard(...words.split(' '));
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  if (typeof message === 'string') expect(stderr).toBe(message);
  else expect(stderr).toMatch(message);
});

it('no runtime has been loaded for any of them', () => {
  // The border with Node's untyped report: the libraries that this process has loaded.
  const { sharedObjects } = process.report.getReport() as { sharedObjects: string[] };
  expect(sharedObjects.length).toBeGreaterThan(0);
  expect(sharedObjects.filter((path) => /tensorflow|tfjs_binding|onnxruntime/.test(path))).toEqual([]);
});
