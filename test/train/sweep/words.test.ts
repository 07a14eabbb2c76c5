// The words of `trainyard sweep`: what each range may be is what the training takes, and mistakes are answered in one line.
import { describe, expect, it } from 'vitest';
import { runsFolder } from '../../../setup/paths.mjs';
import { checkSweep } from '../../../train/sweep/asked.ts';
import { planInWords } from '../../../train/sweep/table.ts';
import { trainyard } from '../../command.ts';

const checked = (options: Record<string, string>) =>
  checkSweep({ recipe: 'fc-mnist', runs: runsFolder, ...options });

describe('checkSweep', () => {
  it('draws whole numbers for options that take no others, and real ones for the rest', () => {
    const { space } = checked({
      epochs: '2..9',
      'batch-size': 'log:16..256',
      'learning-rate': '1..10',
      dropout: '0..0.5',
      'max-rotate': '5..20',
      optimizer: '{sgd,adam}',
      'weight-decay': '0.01',
    });
    expect(space.map(({ option, kind }) => [option, kind])).toEqual([
      ['epochs', 'whole'],
      ['batch-size', 'whole'],
      ['learning-rate', 'real'],
      ['dropout', 'real'],
      ['max-rotate', 'real'],
      ['optimizer', 'choice'],
    ]);
  });

  it('trains one at a time with the whole machine, unless it is asked for more', () => {
    const at = (options: Record<string, string>) => checked({ 'learning-rate': '0.1..1', ...options }).place;
    expect(at({})).toEqual({ on: 'local', atOnce: 1, cores: null });
    expect(at({ cores: '1' })).toMatchObject({ cores: 1 });
    expect(at({ on: 'ray://head:10001' })).toEqual({ on: 'ray://head:10001', atOnce: null, cores: 1 });
    expect(at({ on: 'ray://[::1]:10001', 'at-once': '3', cores: '8' })).toMatchObject({
      atOnce: 3,
      cores: 8,
    });
  });
});

describe('trainyard sweep', () => {
  it.each([
    [['fc-mnist'], 'A sweep needs something to search: give an option a range'],
    [
      ['fc-mnist', '--learning-rate', '0.1..0.01'],
      '--learning-rate takes a range from a smaller to a larger',
    ],
    [
      ['fc-mnist', '--learning-rate', '0..0.1'],
      '--learning-rate takes a learning rate above 0; received "0".',
    ],
    [['fc-mnist', '--learning-rate', '0.1..fast'], 'received "0.1..fast".'],
    [['fc-mnist', '--dropout', '0.5..1.5'], '--dropout takes a share'],
    [['fc-mnist', '--optimizer', '{sgd,adan}'], 'Did you mean adam'],
    [['fc-mnist', '--max-rotate', '10..400'], '--max-rotate takes'],
    [['fc-mnist', '--init', '{normal,orange}'], 'orange'],
    [['fc-mnist', '--seed', '1..5'], '--seeds 3 trains each trial with three seeds'],
    [['fc-mnist', '--learning-rate', '0.1..1', '--trials', '0'], '--trials takes a whole number above 0'],
    [
      ['fc-mnist', '--learning-rate', '0.1..1', '--on', 'ray:head'],
      '--on takes local, or the address of a Ray',
    ],
    [['fc-mnist', '--learning-rate', '0.1..1', '--at-once', '999'], '--at-once'],
    [['fc-mnist', '--learning-rate', '0.1..1', '--resume', '0001-a'], 'There is no option --resume'],
    [
      ['fc-mnist', '--learning-rate', '0.1..1', '--on', 'ray://127.0.0.1:1'],
      'Nothing answers at ray://127.0.0.1:1 (connect ECONNREFUSED 127.0.0.1:1).',
    ],
    [['fc-mnist', '--learning-rate', '0.1..1', '--from', 'no-such-run'], 'There is no run "no-such-run"'],
    [['digts', '--learning-rate', '0.1..1'], 'Did you mean digits?'],
  ])('answers %j in one line', async (words, said) => {
    const { status, stdout, stderr } = await trainyard('sweep', ...words);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain(said);
    expect(stderr.split('\n').length).toBeLessThan(3);
  });

  it('says before the first trial that a budget is too short', async () => {
    const words = ['fc-mnist', '--learning-rate', '0.1..1', '--budget', '0.01s', '--plan'];
    const { status, stderr } = await trainyard('sweep', ...words);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^A budget of .* is too short for fc-mnist: one step and one evaluation take/);
  });
});

it.each([
  [1, '1 training takes at most about 9 s.'],
  [2, '2 trainings take at most about 18 s.'],
])('says what %i costs', (trials, said) => {
  const spec = { name: 'x', words: [], space: [], seeds: 1, seed: 1, pruned: true, prune: null };
  const folder = { name: '0001-x', path: '', spec: { ...spec, epochs: 2, seconds: 9 } };
  expect(planInWords(folder, trials, { on: 'local', atOnce: 1, cores: null })).toContain(said);
});
