// What the machine lacks is listed before anything is fetched, with the command that installs it.
import { afterEach, expect, test } from 'vitest';
import { type Checkout, makeCheckout } from './checkout.ts';

let checkout: Checkout;
afterEach(() => checkout.remove());

/** An argument of Node that pretends another version or platform. */
function pretend(assignment: string): { node: string[] } {
  return { node: ['--import', `data:text/javascript,${encodeURIComponent(assignment)}`] };
}

const define = (target: string, name: string, value: string) =>
  `Object.defineProperty(${target}, '${name}', { value: '${value}' });`;

test('everything that is missing, in one message with one command', async () => {
  checkout = await makeCheckout(['npm'], { data: false });
  const { code, stdout, stderr } = await checkout.run(['--for', 'train']);
  expect(code).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toContain('Training needs Python 3.10, 3.11, 3.12 or 3.13; there is none on the PATH.');
  expect(stderr).toContain('Training needs a C++ compiler: g++ is not on the PATH.');
  expect(stderr).toMatch(/^ {2}.*python3 python3-venv g\+\+ tar/m);
  expect(stderr).not.toContain('    at ');
  expect(checkout.calls()).toEqual([]);
});

test('a missing g++, then it is there: the second try goes on', async () => {
  checkout = await makeCheckout(['npm', 'python3.12', 'tar']);
  const first = await checkout.run(['--for', 'train']);
  expect(first.code).toBe(1);
  expect(first.stderr).toContain('g++ is not on the PATH');
  checkout.install('g++');
  expect((await checkout.run(['--for', 'train'])).code).toBe(0);
});

test('a Python without the venv module', async () => {
  checkout = await makeCheckout();
  const { code, stderr } = await checkout.run(['--for', 'train'], { FAKE_NO_VENV: '1' });
  expect(code).toBe(1);
  expect(stderr).toMatch(/Python 3\.12\.1 \(.*\) lacks the venv module \(ensurepip\)/);
  expect(stderr).toContain('python3-venv');
});

test('a Python of another version', async () => {
  checkout = await makeCheckout();
  const { code, stderr } = await checkout.run(['--for', 'train'], { FAKE_PYTHON: '3.9.2' });
  expect(code).toBe(1);
  expect(stderr).toMatch(/Training needs Python 3\.10.*; found Python 3\.9\.2/);
  expect(stderr).toContain('TRAINYARD_PYTHON=/path/to/python3.12 npm run setup');
});

test('no npm', async () => {
  checkout = await makeCheckout([]);
  const { code, stderr } = await checkout.run(['--for', 'packages']);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^npm is not on the PATH\.\n {2}.*npm$/m);
});

test.each(['main', 'doctor'])('%s says that Node is too old', async (script) => {
  checkout = await makeCheckout();
  const old = pretend(define('process.versions', 'node', '18.20.4'));
  const { code, stdout, stderr } = await checkout.run([], {}, { script, ...old });
  expect(code).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^Trainyard needs Node 20\.19 or later, or 22\.12 or later; this is 18\.20\.4/);
  expect(stderr).toContain('nvm install 22');
});

test('another system: it cannot train, and serves', async () => {
  checkout = await makeCheckout();
  const mac = pretend(define('process', 'platform', 'darwin') + define('process', 'arch', 'x64'));
  const training = await checkout.run(['--for', 'train'], {}, mac);
  expect(training.code).toBe(1);
  expect(training.stderr).toContain('Training needs Linux, or macOS on Apple silicon');
  expect(training.stderr).toContain('this is darwin on x64');
  expect(training.stderr).toContain('docker run');
  expect((await checkout.run(['--for', 'serve'], {}, mac)).code).toBe(0);
});

test('a wrong argument is answered with what there is', async () => {
  checkout = await makeCheckout();
  const unknown = await checkout.run(['--fro', 'train']);
  expect(unknown.code).toBe(1);
  expect(unknown.stderr).toContain("'--fro'");
  expect(unknown.stderr).toContain('Usage: node setup/main.mjs');
  const purpose = await checkout.run(['--for', 'trian']);
  expect(purpose).toEqual({
    code: 1,
    stdout: '',
    stderr: '--for takes packages, serve, train, test or ci; received trian.\n',
  });
});
