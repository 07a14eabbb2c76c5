// What is promised of models that are copied from a bucket beside a server: a version is there whole or not at all, and what
// cannot be copied changes nothing. A slow stand-in of rclone copies here; docs/scale.md says what was run with rclone itself.
import { execFile } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readRepository } from '../../models/repository.ts';
import { root } from '../../setup/paths.mjs';

const run = promisify(execFile);
let folder: string;
const at = (...names: string[]) => join(folder, ...names);

/** Writes each file in two halves, as a slow line does; fails where there is no bucket. */
const RCLONE = `#!/bin/sh
[ "$1" = sync ] && [ -d "$2" ] || exit 3
mkdir -p "$3"; cd "$2"
find . -type f | while read -r f; do
  mkdir -p "$3/$(dirname "$f")"
  head -c 3 "$f" > "$3/$f"; sleep 0.05; cp "$f" "$3/$f"
done
cd "$3"; find . -type f | while read -r f; do [ -e "$2/$f" ] || rm "$f"; done; find . -mindepth 1 -type d -empty -delete
`;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trainyard-sync-'));
  mkdirSync(at('bin'));
  writeFileSync(at('bin', 'rclone'), RCLONE);
  chmodSync(at('bin', 'rclone'), 0o755);
  for (const version of ['1', '2']) put(`digits/${version}/model.onnx`, `digits ${version}`);
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(path: string, content: string): void {
  mkdirSync(at('bucket', path, '..'), { recursive: true });
  writeFileSync(at('bucket', path), content);
}

function sync(source = at('bucket')) {
  const env = {
    ...process.env,
    PATH: at('bin') + delimiter + process.env.PATH,
    SOURCE: source,
    MODELS: at('models'),
    EVERY: '0',
  };
  return run('sh', [join(root, 'deploy/sync-models.sh')], { env });
}

const listed = async () =>
  (await readRepository(at('models'))).models.map(({ name, version }) => `${name}/${version}`);

test('versions come and go as they do in the bucket, with what is beside the model', async () => {
  put('digits/2/card.json', '{}');
  put('default-model', 'digits\n');
  expect((await sync()).stdout).toBe('digits/1 came\ndigits/2 came\n');
  expect(await listed()).toEqual(['digits/1', 'digits/2']);
  expect(readdirSync(at('models', 'digits', '2')).sort()).toEqual(['card.json', 'model.onnx']);
  expect(readFileSync(at('models', 'default-model'), 'utf8')).toBe('digits\n');
  rmSync(at('bucket', 'digits', '1'), { recursive: true });
  put('other/7/model.onnx', 'other');
  expect((await sync()).stdout).toBe('other/7 came\ndigits/1 went\n');
  expect(await listed()).toEqual(['digits/2', 'other/7']);
  expect((await readRepository(at('models'))).faults).toEqual([]);
});

test('while it is copied, a version is there whole or not at all', async () => {
  const done = sync();
  const seen = new Set<string>();
  let going = true;
  void done.finally(() => {
    going = false;
  });
  while (going) {
    for (const version of ['1', '2']) {
      const path = at('models', 'digits', version, 'model.onnx');
      if (existsSync(path)) seen.add(readFileSync(path, 'utf8'));
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await done;
  for (const text of seen) expect(text).toMatch(/^digits [12]$/);
  expect(await listed()).toHaveLength(2);
});

test('a bucket that cannot be read changes nothing, and a version that is there is not written again', async () => {
  await sync();
  const inode = () => statSync(at('models', 'digits', '1', 'model.onnx')).ino;
  const before = inode();
  await expect(sync(at('none'))).rejects.toThrow();
  expect(await listed()).toEqual(['digits/1', 'digits/2']);
  put('digits/1/model.onnx', 'changed in its place');
  expect((await sync()).stdout).toBe('');
  expect(inode()).toBe(before);
  expect(readFileSync(at('models', 'digits', '1', 'model.onnx'), 'utf8')).toBe('digits 1');
});
