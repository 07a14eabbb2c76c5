// What is promised of commands in messages: they work where they are shown, in a checkout and in an installed package.
import { expect, it } from 'vitest';
import { command } from '../../setup/invocation.mjs';
import { isCheckout } from '../../setup/paths.mjs';

it('these tests run in a checkout', () => {
  expect(isCheckout).toBe(true);
  expect(command('export')).toBe('npm run export');
});

it.each([
  ['export', [], 'npm run export', 'npx trainyard export'],
  ['start', [], 'npm start', 'npx trainyard start'],
  ['start', ['--port', '0'], 'npm start -- --port 0', 'npx trainyard start --port 0'],
  ['train', ['digits'], 'npm run train digits', 'npx trainyard train digits'],
  [
    'train',
    ['digits', '--epochs', '3'],
    'npm run train digits -- --epochs 3',
    'npx trainyard train digits --epochs 3',
  ],
  ['setup', ['--gpu'], 'npm run setup -- --gpu', 'npx trainyard setup --gpu'],
  [
    'compare',
    ['0001-digits', '<another run>'],
    "npm run compare 0001-digits '<another run>'",
    "npx trainyard compare 0001-digits '<another run>'",
  ],
  ['show', ["it's"], "npm run show 'it'\\''s'", "npx trainyard show 'it'\\''s'"],
  // What has no script in package.json.
  ['init', ['.'], 'npx trainyard init .', 'npx trainyard init .'],
])('%s %j', (name, words, inCheckout, installed) => {
  expect(command(name, words, true)).toBe(inCheckout);
  expect(command(name, words, false)).toBe(installed);
});
