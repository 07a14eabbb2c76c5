// What several tasks cannot do is refused before anything is loaded, and the tasks say what differs between them.
import { describe, expect, it } from 'vitest';
import { version } from '../../../setup/paths.mjs';
import { checkArguments } from '../../../train/cli/check-arguments.ts';
import { checkTogether, inParts } from '../../../train/cli/together.ts';
import { withoutWorkers } from '../../../train/cli/workers.ts';
import { differenceOf } from '../../../train/cluster/agree.ts';
import { lostInWords } from '../../../train/cluster/lost.ts';

const args = (options: Record<string, unknown>) => ({ recipe: 'digits', runs: 'runs', ...options });
const cluster = { cluster: 'one:1,two:1', task: '1' };

describe('options of several tasks', () => {
  it('a batch has as many parts as there are tasks', () => {
    expect(checkTogether(args({}))).toBeUndefined();
    expect(checkTogether(args({ workers: '1' }))).toBeUndefined();
    expect(checkTogether(args({ workers: '2' }))).toEqual({ tasks: 2 });
    const together = checkTogether(args(cluster));
    expect(together).toEqual({ tasks: 2, place: { addresses: ['one:1', 'two:1'], task: 1 } });
    expect(inParts(checkArguments(args({})), together).accumulate).toBe(2);
    expect(inParts(checkArguments(args({ accumulate: '2' })), together).accumulate).toBe(2);
    expect(inParts(checkArguments(args({ accumulate: '3' })), undefined).accumulate).toBe(3);
  });

  it.each([
    [{ workers: '2', ...cluster }, '--workers 2 starts all processes on this machine'],
    [{ workers: '0' }, /--workers.*0/],
    [{ workers: '2', budget: '5m' }, '--budget is for one process alone'],
    [{ workers: '2', seeds: '3' }, '--seeds is for one process alone'],
    [{ ...cluster, 'verify-resume': true }, '--verify-resume is for one process alone'],
  ])('refuses %j', (options, message) => {
    expect(() => checkTogether(args(options))).toThrow(message);
  });

  it('refuses batches in other parts', () => {
    const asked = checkArguments(args({ accumulate: '3' }));
    expect(() => inParts(asked, { tasks: 2 })).toThrow('--accumulate 3 and 2 tasks do not go together');
  });

  it('a worker is started by the same words without their number', () => {
    const words = ['trainyard.mjs', 'train', 'digits', '--workers', '2', '--epochs', '3'];
    const expected = ['trainyard.mjs', 'train', 'digits', '--epochs', '3'];
    expect(withoutWorkers(words)).toEqual(expected);
    expect(withoutWorkers(['trainyard.mjs', '--workers=2', 'train', 'digits', '--epochs', '3'])).toEqual(
      expected,
    );
  });
});

describe('what differs between tasks', () => {
  const own = { recipe: { seed: 1, precision: 'float32' }, digests: { train: 'a', validation: 'b' } };
  const first = { version, step: 0, ...own };
  /** A recipe with files that are in this folder. */
  const inFolder = (folder: string, sha256: string) => ({
    ...own.recipe,
    from: sha256 + folder,
    dataset: `${folder}/photos`,
    module: { path: `${folder}/trainyard.config.ts`, sha256 },
    backbone: { path: `${folder}/net.onnx`, sha256: 'b', output: 'features' },
    options: { backbone: `${folder}/net.onnx`, size: '32' },
  });
  it('nothing, whatever the first weights and the places of pictures, code and backbone', () => {
    const [here, there] = ['/home/me', '/srv/train'].map((folder) => inFolder(folder, 'a'));
    expect(differenceOf({ ...own, recipe: here ?? {} }, { ...first, recipe: there ?? {} })).toBeUndefined();
  });
  it('code, backbones and options of files that are elsewhere', () => {
    const here = { ...own, recipe: inFolder('/home/me', 'a') };
    const there = inFolder('/srv/train', 'a');
    const difference = (recipe: object) => differenceOf(here, { ...first, recipe: { ...there, ...recipe } });
    expect(difference({ module: { ...there.module, sha256: 'c' } })).toMatch(
      /^its file of recipes has other code/,
    );
    expect(difference({ backbone: { ...there.backbone, sha256: 'c' } })).toContain('its recipe has backbone');
    expect(difference({ options: { ...there.options, size: '64' } })).toContain('its recipe has options');
    expect(difference({ dataset: 'mnist' })).toContain('task 0\'s has "mnist"');
  });
  it.each([
    [{ version: '0.0.1' }, 'task 0 is 0.0.1. Install the same one on all machines'],
    [
      { recipe: { ...own.recipe, seed: 2 } },
      "its recipe has seed 1, task 0's has 2. Give all of them the same options.",
    ],
    [{ recipe: { seed: 1, precision: 'bfloat16' } }, '--precision float32, since auto measures'],
    [{ recipe: { ...own.recipe, steps: 7 } }, "its recipe has steps null, task 0's has 7"],
    [{ digests: { train: 'c', validation: 'b' } }, 'its training pictures are others'],
    [{ digests: { train: 'a', validation: 'c' } }, 'its validation pictures are others'],
  ])('%j', (changes, message) => {
    expect(differenceOf(own, { ...first, ...changes })).toContain(message);
  });
});

it('names the tasks that are gone', () => {
  const place = { addresses: ['one:1', 'two:1', 'three:1'], task: 0 };
  expect(lostInWords(place, ['two:1'])).toMatch(/^Task 1 \(two:1\) has ended/);
  expect(lostInWords(place, ['two:1', 'three:1'])).toMatch(
    /^Task 1 \(two:1\) and task 2 \(three:1\) have ended/,
  );
});
