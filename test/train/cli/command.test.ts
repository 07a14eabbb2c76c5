// The command line of training: what it lists, and how it answers mistakes.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { root } from '../../../setup/paths.mjs';
import { trainyard } from '../../command.ts';

const runs = mkdtempSync(join(tmpdir(), 'trainyard-runs-'));
process.env.TRAINYARD_RUNS = runs;
vi.resetModules(); // the folder is read once
afterAll(() => rmSync(runs, { recursive: true }));

function inProcessOfItsOwn(...args: string[]) {
  return spawnSync(process.execPath, [join(root, 'bin/trainyard.mjs'), ...args], { encoding: 'utf8' });
}

describe('trainyard train', () => {
  it('lists the recipes', async () => {
    const { status, stdout } = await trainyard('train');
    expect(status).toBe(0);
    expect(stdout).toMatch(/digits\s+Handwritten digits/);
  });

  it('ends with 1 after a mistake, without a stack trace', () => {
    const { status, stderr } = inProcessOfItsOwn('train', 'digts');
    expect(status).toBe(1);
    expect(stderr).toContain('There is no recipe "digts". Did you mean digits?');
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it.each([[['--help']], [['trian']]])(
    'ends without a stack trace when nobody reads the output of %j',
    async (args) => {
      const child = spawn(process.execPath, [join(root, 'bin/trainyard.mjs'), ...args], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const silenced = args.includes('trian') ? child.stderr : child.stdout;
      silenced.destroy();
      const heard = text(silenced === child.stdout ? child.stderr : child.stdout);
      const [status] = await once(child, 'close');
      expect(status).toBe(141);
      expect(await heard).not.toMatch(/EPIPE|^\s+at /m);
    },
  );

  it.each([
    [['train', 'digts'], 'There is no recipe "digts". Did you mean digits?'],
    [['train', 'digits', '--epoch', '3'], 'There is no option --epoch. Did you mean --epochs?'],
    [['train', 'digits', '--epochs', 'many'], '--epochs takes a whole number above 0; received "many".'],
    [['train', 'digits', '--epochs', '0'], '--epochs takes a whole number above 0; received "0".'],
    [
      ['train', 'digits', '--precision', 'bfloat'],
      '--precision takes auto, float32, bfloat16; received "bfloat". Did you mean bfloat16?',
    ],
    [['train', 'digits', '--epochs'], '--epochs needs a value'],
    [
      ['train', 'digits', '3'],
      'train takes <recipe>; received "3" as well. With npm run, options come after two dashes',
    ],
    [
      ['train', 'digits', '--max-memory', 'lots'],
      '--max-memory takes a size such as 2g or 800m; received "lots"',
    ],
    [['train', 'digits', '--accumulate', '3'], 'accumulate: must divide the batch size'],
    [['train', 'digits', '--verify-resume', '--kills', '0'], '--kills takes a whole number above 0'],
    [['train', '--resume', '0007-digits'], 'There is no run "0007-digits"'],
    [['trian', 'digits'], 'There is no command trian. Did you mean train?'],
    [
      ['train', 'digits', '--batch-size', '70000'],
      'The batch size is 70000, but mnist has 55000 training images',
    ],
  ])('answers %j without a stack trace', async (args, message) => {
    const { status, stdout, stderr } = await trainyard(...args);
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});
