// Tries the package as npm installed it: `node try-package.mjs [--train]`, in a folder whose node_modules has Trainyard and
// onnxruntime-node. The library and the commands have to give the known answer to a digit on every system; with --train, a
// network is trained, exported and verified too.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const packageFolder = dirname(createRequire(resolve('package.json')).resolve('trainyard/package.json'));
const program = join(packageFolder, 'bin', 'trainyard.mjs');

/** A bold one: a bar in the middle. */
const one = Uint8Array.from({ length: 28 * 28 }, (_, i) => {
  const [row, column] = [Math.floor(i / 28), i % 28];
  return row > 3 && row < 24 && column > 11 && column < 16 ? 255 : 0;
});

function trainyard(...words) {
  console.log(`$ trainyard ${words.join(' ')}`);
  const text = execFileSync(process.execPath, [program, ...words], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  console.log(text.slice(-2000));
  return text;
}

function check(what, received, expected) {
  if (received !== expected) throw new Error(`${what}: received ${received}, expected ${expected}`);
}

/** An uncompressed BMP of gray pixels, bottom row first. */
function bmpOf(pixels, side) {
  const header = Buffer.alloc(54 + 1024);
  header.write('BM');
  header.writeUInt32LE(header.length + pixels.length, 2);
  header.writeUInt32LE(header.length, 10);
  header.writeUInt32LE(40, 14);
  header.writeInt32LE(side, 18);
  header.writeInt32LE(side, 22);
  header.writeUInt16LE(1, 26);
  header.writeUInt16LE(8, 28);
  for (let i = 0; i < 256; i++) header.writeUInt32LE(i * 0x010101, 54 + 4 * i);
  const rows = Array.from({ length: side }, (_, y) => pixels.subarray(y * side, (y + 1) * side)).reverse();
  return Buffer.concat([header, ...rows]);
}

const { loadModel } = await import(pathToFileURL(join(packageFolder, 'dist', 'public', 'index.js')).href);
const model = await loadModel(join(packageFolder, 'models', 'repository', 'digits', '1', 'model.onnx'));
const answer = await model.classify({ data: one, width: 28, height: 28, channels: 1 });
check('loadModel', answer.label, '1');
await model.close();

mkdirSync('digits', { recursive: true });
writeFileSync(join('digits', 'one.bmp'), bmpOf(one, 28));
trainyard('serve', '--check');
check('predict', JSON.parse(trainyard('predict', 'digits', 'digits', '--json')).predictions[0].label, '1');

if (process.argv.includes('--train')) {
  for (const [name, value] of [
    ['dark', 40],
    ['light', 210],
  ]) {
    mkdirSync(join('photos', name), { recursive: true });
    for (let i = 0; i < 20; i++) {
      const pixels = Uint8Array.from({ length: 1024 }, (_, at) => value + ((at * (i + 3) * 7919) % 41) - 20);
      writeFileSync(join('photos', name, `${i}.bmp`), bmpOf(pixels, 32));
    }
  }
  trainyard('setup', '--for', 'train');
  trainyard(
    'train',
    'photos',
    '--architecture',
    'small-cnn',
    '--size',
    '32',
    '--epochs',
    '2',
    '--batch-size',
    '8',
  );
  trainyard('export');
  trainyard('verify', 'photos');
  check(
    'a dark picture',
    JSON.parse(trainyard('predict', 'photos', join('photos', 'dark'), '--json')).predictions[0].label,
    'dark',
  );
}
