// What is said before anything is loaded: every option's value is held to its range, in our words.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkArguments } from '../../../train/cli/check-arguments.ts';
import { trainyard } from '../../command.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-arguments-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('checkArguments', () => {
  it('turns texts into values', () => {
    const asked = checkArguments({
      ...{ recipe: 'conv-mnist', init: 'small', augment: 'photo', runs: 'runs', precision: 'bfloat16' },
      ...{ epochs: '3', 'batch-size': '64', 'learning-rate': '1e-3', seed: '-2', budget: '10m' },
    });
    expect(asked).toMatchObject({
      ...{ subject: { kind: 'recipe', name: 'conv-mnist' }, chosen: { init: 'small', augment: 'photo' } },
      ...{ epochs: 3, batchSize: 64, learningRate: 1e-3, seed: -2, budget: 600, precision: 'bfloat16' },
      ...{ fresh: false, runs: 'runs' },
    });
  });

  it('has the optimizer of a recipe that has an option for it, or one for every recipe', () => {
    const of = (recipe: string) =>
      checkArguments({ runs: 'runs', recipe, optimizer: 'adam', dropout: '0.5' });
    expect(of('conv-mnist')).toMatchObject({
      chosen: { optimizer: 'adam' },
      optimizer: undefined,
      dropout: 0.5,
    });
    expect(of('digits')).toMatchObject({ chosen: {}, optimizer: 'adam' });
    expect(of(folder)).toMatchObject({ chosen: {}, optimizer: 'adam' });
  });

  it('has the last of several sizes for the network, and the others before it', () => {
    const of = (args: object) => checkArguments({ runs: 'runs', recipe: folder, ...args }).folder;
    expect(of({ sizes: '96,128,224' })).toMatchObject({
      ...{ size: 224, sizes: [96, 128], options: { sizes: '96,128,224' } },
    });
    expect(of({ sizes: '96, 224', size: '224' })).toMatchObject({ size: 224, sizes: [96] });
  });

  it('has a recipe tested after every epoch, or a folder validate with its own test', () => {
    const of = (recipe: string) => checkArguments({ runs: 'runs', recipe, valid: 'test' });
    expect(of('digits')).toMatchObject({ validation: 'test', folder: { valid: undefined } });
    expect(of(folder)).toMatchObject({ validation: undefined, folder: { valid: 'test' } });
  });

  it('finds a folder whose accents are stored in another way than they are typed', () => {
    for (const [stored, typed] of [
      ['NFD', 'NFC'],
      ['NFC', 'NFD'],
    ] as const) {
      const path = join(folder, `caf\u00e9 📷 ${stored}`.normalize(stored));
      mkdirSync(path);
      expect(checkArguments({ runs: 'runs', recipe: path.normalize(typed) }).subject).toEqual({
        kind: 'folder',
        path,
      });
    }
  });

  it('tells a folder, a model file, a run to resume and nothing at all from a recipe', () => {
    const of = (args: object) => checkArguments({ runs: 'runs', ...args });
    expect(of({ recipe: folder, valid: '0.3', crop: 'centre' })).toMatchObject({
      subject: { kind: 'folder', path: folder },
      folder: { valid: 0.3, crop: 'center', options: { valid: '0.3', crop: 'center' } },
    });
    expect(of({ from: 'digits.onnx' }).subject).toEqual({ kind: 'model file', path: 'digits.onnx' });
    expect(of({ resume: '0001-digits', from: 'best' })).toMatchObject({
      ...{ subject: { kind: 'none' }, resume: { run: '0001-digits', from: 'best' }, from: undefined },
    });
    expect(of({}).subject).toEqual({ kind: 'none' });
  });

  it.each<[Record<string, string>, string]>([
    [{ epochs: '0' }, '--epochs takes a whole number above 0; received "0".'],
    [{ epochs: '1.5' }, '--epochs takes a whole number above 0; received "1.5".'],
    [{ 'batch-size': '-8' }, '--batch-size takes a whole number above 0; received "-8".'],
    [{ accumulate: '0' }, '--accumulate takes a whole number above 0; received "0".'],
    [{ 'freeze-epochs': 'no' }, '--freeze-epochs takes a whole number of at least 0; received "no".'],
    [{ 'learning-rate': '0' }, '--learning-rate takes a learning rate above 0; received "0".'],
    [{ seed: 'x' }, '--seed takes a whole number of at least 0; received "x".'],
    [{ budget: 'soon' }, '--budget takes a time such as 10m, 90s or 1.5h; received "soon".'],
    [{ dropout: '1' }, '--dropout takes a share of at least 0 and below 1; received "1".'],
    [{ 'label-smoothing': 'x' }, '--label-smoothing takes a share of at least 0 and below 1; received "x".'],
    [{ average: '-1' }, '--average takes a share of at least 0 and below 1; received "-1".'],
    [{ 'weight-decay': '-1' }, '--weight-decay takes a number of at least 0; received "-1".'],
    [
      { optimizer: 'adamm' },
      '--optimizer takes sgd, momentum, nesterov, adam, adamw, muon; received "adamm". Did you mean adam?',
    ],
    [{ precision: 'float' }, '--precision takes auto, float32, bfloat16; received "float".'],
    [{ resume: 'a', from: 'first' }, 'With --resume, --from takes best or last; received "first".'],
    [{ valid: '0.2' }, '--valid has no meaning here: the recipe digits is no folder of pictures.'],
    [{ size: '64' }, '--size has no meaning here: the recipe digits is no folder of pictures.'],
    [{ recipe: './none' }, `There is nothing at ${join(process.cwd(), 'none')}.`],
    [{ recipe: folder, size: '4' }, '--size takes a whole number from 8 to 1024; received "4".'],
    [{ recipe: folder, sizes: '128,x' }, '--sizes takes a whole number from 8 to 1024; received "x".'],
    [
      { recipe: folder, sizes: '224' },
      '--sizes 224 is one size: give several, such as 128,224, or --size 224.',
    ],
    [{ recipe: folder, sizes: '128,224', size: '128' }, '--size 128 beside --sizes 128,224: the last'],
    [
      { recipe: folder, valid: '1' },
      '--valid takes test, for a folder of that name, or a share above 0 and below 1; received "1".',
    ],
    [{ recipe: folder, valid: '0' }, '--valid 0 would leave no picture to validate with'],
    [{ recipe: 'https://a.org/b.zip' }, 'https://a.org/b.zip is an address: fetch what is there first'],
    [
      { recipe: folder, crop: 'strech' },
      '--crop takes center, stretch; received "strech". Did you mean stretch?',
    ],
    [
      { recipe: folder, architecture: 'resnet' },
      '--architecture takes efficientnet-lite0, efficientnet-lite1,',
    ],
    [{ recipe: folder, init: 'small' }, `--init has no meaning here: ${folder} is a folder`],
    [{ recipe: folder, backbone: 'none.onnx' }, 'There is no file'],
  ])('refuses %j', (args, message) => {
    expect(() => checkArguments({ recipe: 'digits', runs: folder, ...args })).toThrow(message);
  });
});

describe('commands that train or look for a learning rate', () => {
  it.each([
    [['train', 'digits', '--seeds', '0'], '--seeds takes a whole number above 0; received "0".'],
    [['train', 'digits', '--keep', 'all'], '--keep takes a whole number above 0; received "all".'],
    [['lr-find', 'digits', '--start', '0'], '--start takes a learning rate above 0; received "0".'],
    [['lr-find', 'digits', '--start', '1', '--end', '0.1'], 'the smaller one first; received 1 and 0.1.'],
    [
      ['lr-find', 'conv-mnist', '--optimizer', 'adamw'],
      '--optimizer takes sgd, momentum, adam; received "adamw". Did you mean adam?',
    ],
    [['lr-find', 'digits', '--weight-decay', 'x'], '--weight-decay takes a number of at least 0'],
    [['lr-find', 'digits', '--steps', '0'], '--steps takes a whole number above 0; received "0".'],
    [['show', 'digits', '--batch-size', '0'], '--batch-size takes a whole number above 0; received "0".'],
    [['train', 'digits', '--erase', '2'], '--erase takes a share from 0 to 1; received "2".'],
  ])('answer %j in our words', async (args, message) => {
    const { status, stdout, stderr } = await trainyard(...args, '--runs', folder);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/Too small|Invalid|expected number/);
  });
});
