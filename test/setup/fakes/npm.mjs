// A stand-in for npm: `install` and `ci` write what set-up looks for, `pack` hands over a tarball that is here already.
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { misbehave, record } from './misbehave.mjs';

const [command, ...args] = process.argv.slice(2);
record(`npm ${command}`);
if (!args.includes('--ignore-scripts')) throw new Error(`npm ${command} would run install scripts`);

if (command === 'install') {
  mkdirSync('node_modules/onnxruntime-node', { recursive: true });
  await misbehave('npm install');
  if (process.env.FAKE_WARN) console.error(process.env.FAKE_WARN);
  addPackage('onnxruntime-node');
  addPackage('onnxruntime-common');
  mkdirSync('node_modules/onnxruntime-node/bin/napi-v6/linux/x64', { recursive: true });
  // npm leaves development packages out where NODE_ENV says so, unless it is told not to.
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  const leavesOut = process.env.NODE_ENV === 'production' && !args.includes('--include=dev');
  const packages = Object.entries(lock.packages).filter(([, { dev }]) => !(dev && leavesOut));
  const installed = JSON.stringify({ ...lock, packages: Object.fromEntries(packages) });
  writeFileSync('node_modules/.package-lock.json', installed);
} else if (command === 'ci') {
  mkdirSync('node_modules/@tensorflow/tfjs-node-gpu/binding', { recursive: true });
  await misbehave('npm ci');
  writeFileSync('node_modules/@tensorflow/tfjs-node-gpu/binding/binding.cc', '');
} else if (command === 'pack') {
  const file = `${args[0]?.replace(/^@(.*)\//, '$1-').replace('@', '-')}.tgz`;
  const target = join(args[args.indexOf('--pack-destination') + 1] ?? '.', file);
  await misbehave('npm pack');
  copyFileSync(join(process.env.FAKE_REGISTRY ?? '', file), target);
  if (process.env.FAKE_DAMAGE) appendFileSync(target, 'damage');
}

/** @param {string} name */
function addPackage(name) {
  const folder = join('node_modules', name);
  mkdirSync(folder, { recursive: true });
  const version = process.env.FAKE_ONNXRUNTIME_NODE;
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version, main: 'index.js' }));
  writeFileSync(join(folder, 'index.js'), '');
}
