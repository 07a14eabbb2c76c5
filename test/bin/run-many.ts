// A process of its own that runs many command lines, one after the other, and says of each which heavy packages it has
// loaded that were not there before: by their JavaScript, and by their libraries in the memory of the process.
// Standard input: a JSON list of lists of words. Standard output: a JSON list of what each came to.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { json } from 'node:stream/consumers';
import { main } from '../../bin/main.ts';

const { cache } = createRequire(import.meta.url);
const scripts = /\/node_modules\/(@tensorflow|onnxruntime-node|sharp|@img|vite)\//;
const libraries = /tfjs_binding|libtensorflow|onnxruntime|libvips|sharp-[\w-]+\.node|rolldown-binding/;

function heavy(): string[] {
  const maps = '/proc/self/maps'; // Linux alone
  const mapped = existsSync(maps) ? readFileSync(maps, 'utf8').split('\n') : [];
  const found = [
    ...Object.keys(cache).map((path) => scripts.exec(path)?.[1]),
    ...mapped.map((line) => libraries.exec(line)?.[0]),
  ];
  return [...new Set(found.filter((each) => each !== undefined))];
}

const results = [];
let before: string[] = [];
const print = process.stdout.write.bind(process.stdout);
for (const words of (await json(process.stdin)) as string[][]) {
  const stdout: unknown[] = [];
  const stderr: unknown[] = [];
  process.stdout.write = (text) => stdout.push(text) > 0;
  console.log = (...what) => stdout.push(...what);
  console.error = (...what) => stderr.push(...what);
  process.exitCode = 0;
  // An import is heavy on purpose: the test of this test.
  if (words[0] === 'import') await import(words[1] ?? '');
  else await main(words);
  results.push({
    status: process.exitCode,
    stdout: stdout.join('\n'),
    stderr: stderr.join('\n'),
    heavy: heavy().filter((each) => !before.includes(each)),
  });
  before = heavy();
}
process.exitCode = 0;
print(JSON.stringify(results));
