// The options of training from code: each is the command's, and asks for the same.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { augmentSchema } from '../../../train/augment/schema.ts';
import { checkArguments } from '../../../train/cli/check-arguments.ts';
import { augmentationOptions, folderOptions, recipeOptions, runOptions } from '../../../train/cli/options.ts';
import { recipeOfArguments } from '../../../train/cli/recipe-of-arguments.ts';
import { askedInCode } from '../../../train/library/asked.ts';
import type { TrainOptions } from '../../../train/library/options.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-asked-'));
afterAll(() => rmSync(folder, { recursive: true }));
const backbone = join(folder, 'backbone.onnx');
writeFileSync(backbone, '');

/** Each option of the command with a text, and the same in code. */
const same: Readonly<Record<string, [text: string | boolean, options: TrainOptions]>> = {
  epochs: ['3', { epochs: 3 }],
  'batch-size': ['32', { batchSize: 32 }],
  accumulate: ['2', { accumulate: 2 }],
  'learning-rate': ['1e-7', { learningRate: 1e-7 }],
  'freeze-epochs': ['0', { freezeEpochs: 0 }],
  optimizer: ['muon', { optimizer: 'muon' }],
  'weight-decay': ['0', { weightDecay: 0 }],
  dropout: ['0.5', { dropout: 0.5 }],
  'label-smoothing': ['0.1', { labelSmoothing: 0.1 }],
  average: ['0.999', { average: 0.999 }],
  'class-weights': ['{"cat":3,"a,b":0.5}', { classWeights: { cat: 3, 'a,b': 0.5 } }],
  sampling: ['balanced', { sampling: 'balanced' }],
  focal: ['2', { focal: 2 }],
  loss: ['l1', { loss: 'l1' }],
  patience: ['3', { patience: 3 }],
  seed: ['-7', { seed: -7 }],
  precision: ['bfloat16', { precision: 'bfloat16' }],
  budget: ['90s', { budget: '90s' }],
  from: ['0003-digits', { from: '0003-digits' }],
  fresh: [true, { fresh: true }],
  runs: [folder, { runs: folder }],
  architecture: ['resnet18', { architecture: 'resnet18' }],
  size: ['64', { size: 64 }],
  valid: ['0.25', { valid: 0.25 }],
  sizes: ['32,64', { sizes: '32,64' }],
  group: ['folder', { group: 'folder' }],
  test: [folder, { test: folder }],
  crop: ['stretch', { crop: 'stretch' }],
  backbone: [backbone, { backbone }],
  augment: ['photo', { augment: 'photo' }],
  flip: ['random', { flip: 'random' }],
  'flip-vert': ['on', { flipVert: true }],
  rotate: ['12', { rotate: 12 }],
  elastic: ['36', { elastic: 36 }],
  mixup: ['off', { mixup: false }],
};

const asked = (args: Record<string, unknown>) =>
  checkArguments({ runs: folder, precision: 'auto', recipe: folder, ...args });

describe('askedInCode', () => {
  it.each(Object.entries(same))('%s', (option, [text, options]) => {
    expect(askedInCode(folder, { runs: folder, precision: 'auto', ...options }).asked).toEqual(
      asked({ [option]: text }),
    );
  });

  it('of a backbone: all that is said of its input', () => {
    const said = { features: 'x', layout: 'nchw', mean: [0.5, 0.4, 0.3], deviation: 0.2 } as const;
    expect(askedInCode(folder, { runs: folder, backbone, ...said }).asked).toEqual(
      asked({ backbone, features: 'x', layout: 'nchw', mean: '0.5,0.4,0.3', deviation: '0.2' }),
    );
    expect(askedInCode(folder, { runs: folder, backbone, scaling: '-1..1' }).asked).toEqual(
      asked({ backbone, scaling: '-1..1' }),
    );
  });

  it('takes every option of the command but those of people at a terminal, and no other', () => {
    const command = Object.keys({
      ...recipeOptions,
      ...runOptions,
      ...folderOptions,
      ...augmentationOptions,
    });
    const refused = command.filter((option) => {
      const name = option.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
      try {
        askedInCode('digits', { [name]: '' });
        return false;
      } catch (error) {
        return /has no option/.test(String(error));
      }
    });
    expect(refused).toEqual([
      'plan',
      'seeds',
      'resume',
      'verify-resume',
      'steps',
      'kills',
      'json',
      'folds',
      'fold',
    ]);
  });

  it('calls the augmentations as recipes do', () => {
    const fields = Object.keys((augmentSchema as unknown as { shape: object }).shape);
    const unknown = fields.filter((field) => {
      try {
        askedInCode('digits', { [field]: 'off' });
        return false;
      } catch {
        return true;
      }
    });
    expect(unknown).toEqual([]);
  });

  it('makes the recipe of the command, with its own options', async () => {
    const args = { recipe: 'conv-mnist', init: 'small', epochs: '2', 'max-rotate': '5' };
    const [ours] = (
      await recipeOfArguments(
        askedInCode('conv-mnist', { options: { init: 'small' }, epochs: 2, maxRotate: 5 }).asked,
      )
    ).recipes;
    const [theirs] = (await recipeOfArguments(asked(args))).recipes;
    expect(ours).toEqual(theirs);
    expect(ours.options).toMatchObject({ init: 'small', 'max-rotate': '5' });
  });

  it('reads settings of a run', () => {
    const options = { keep: 3, maxMemory: '2g', live: true, tensorboard: true };
    expect(askedInCode('digits', options).settings).toEqual({ ...options, maxMemory: 2 ** 31 });
    expect(askedInCode('digits', { maxMemory: 5e9 }).settings).toEqual({
      ...{ keep: 0, maxMemory: 5e9, live: false, tensorboard: false },
    });
  });

  it('takes a source as a path, an address of a file, a model file, or a run', () => {
    const subject = (source: Parameters<typeof askedInCode>[0]) => askedInCode(source, {}).asked;
    expect(subject(pathToFileURL(folder)).subject).toEqual({ kind: 'folder', path: folder });
    expect(subject('digits').subject).toEqual({ kind: 'recipe', name: 'digits' });
    expect(subject(backbone)).toMatchObject({
      subject: { kind: 'model file', path: backbone },
      from: backbone,
    });
    expect(subject({ resume: { folder } }).resume).toEqual({ run: folder, from: 'last' });
    expect(askedInCode({ resume: 'a' }, { from: 'best' }).asked.resume).toEqual({ run: 'a', from: 'best' });
    expect(() => subject(new URL('https://pictures.example/cats'))).toThrow(
      'is an address: fetch what is there',
    );
  });
});
