// A stand-in for Python: tells its version, makes a virtual environment, and installs wheels that are empty.
import { mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { misbehave, record } from './misbehave.mjs';

const self = process.argv[2] ?? '';
const args = process.argv.slice(3);

if (args[0] === '-c') {
  const version = (process.env.FAKE_PYTHON ?? '3.12.1').split('.').map(Number);
  console.log(JSON.stringify({ version, executable: self, able: !process.env.FAKE_NO_VENV }));
} else if (args[1] === 'venv') {
  const venv = args.at(-1) ?? '';
  record('venv');
  mkdirSync(join(venv, 'bin'), { recursive: true });
  mkdirSync(join(venv, 'lib', 'python3.12', 'site-packages'), { recursive: true });
  symlinkSync(realpathSync(self), join(venv, 'bin', 'python')); // as the real one does
} else {
  const files = args.filter((_, index) => args[index - 1] === '-r');
  record(`pip ${files.map((file) => file.split('/').at(-1)).join(' ')}`);
  const target = args.includes('--target')
    ? (args[args.indexOf('--target') + 1] ?? '')
    : join(dirname(dirname(self)), 'lib', 'python3.12', 'site-packages');
  mkdirSync(join(target, 'tensorflow', 'include'), { recursive: true });
  await misbehave('pip');
  for (const line of files.flatMap((file) => readFileSync(file, 'utf8').split('\n'))) {
    const [, name, version] = /^([\w-]+)==([\w.]+)/.exec(line) ?? [];
    if (name)
      mkdirSync(join(target, `${name.replaceAll('-', '_')}-${version}.dist-info`), { recursive: true });
  }
  writeFileSync(join(target, 'tensorflow', 'libtensorflow_cc.so.2'), '');
  mkdirSync(join(target, 'onnxruntime', 'capi'), { recursive: true });
  for (const library of ['shared', 'cuda']) {
    writeFileSync(join(target, 'onnxruntime', 'capi', `libonnxruntime_providers_${library}.so`), '');
  }
}
