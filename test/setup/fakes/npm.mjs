// A stand-in for npm: `install` writes what set-up looks for, `pack` hands over a tarball that is here already.
import { appendFileSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { misbehave, record } from './misbehave.mjs';

const [command, ...args] = process.argv.slice(2);
record(`npm ${command}`);

if (command === 'install') {
  mkdirSync('node_modules/@tensorflow/tfjs-node-gpu/binding', { recursive: true });
  await misbehave('npm install');
  if (process.env.FAKE_WARN) console.error(process.env.FAKE_WARN);
  writeFileSync('node_modules/@tensorflow/tfjs-node-gpu/binding/binding.cc', '');
  mkdirSync('node_modules/onnxruntime-node/bin/napi-v6/linux/x64', { recursive: true });
  const version = process.env.FAKE_ONNXRUNTIME_NODE;
  writeFileSync('node_modules/onnxruntime-node/package.json', JSON.stringify({ version }));
  copyFileSync('package-lock.json', 'node_modules/.package-lock.json');
} else if (command === 'pack') {
  const file = `${args[0]?.replace(/^@(.*)\//, '$1-').replace('@', '-')}.tgz`;
  const target = join(args[args.indexOf('--pack-destination') + 1] ?? '.', file);
  await misbehave('npm pack');
  copyFileSync(join(process.env.FAKE_REGISTRY ?? '', file), target);
  if (process.env.FAKE_DAMAGE) appendFileSync(target, 'damage');
}
