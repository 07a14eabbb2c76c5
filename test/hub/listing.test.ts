// What the Hub says of a repository's files, as Python's huggingface_hub reads it.
import { expect, test } from 'vitest';
import { readListing } from '../../hub/repository-files.ts';
import { python } from './support.ts';

const COMMIT = '0123456789abcdef'.repeat(3).slice(0, 40);
const address = { id: 'acme/cats', revision: 'main' };
const read = (answer: unknown) => readListing(answer, 'https://hub.example.com', address, 'Look again.');

test('names, sizes and digests', async () => {
  const lfs = { sha256: 'b'.repeat(64), size: 70_000, pointerSize: 130 };
  const answer = {
    id: 'acme/cats',
    sha: COMMIT,
    siblings: [
      { rfilename: 'config.json', size: 12, blobId: 'c'.repeat(40) },
      { rfilename: 'empty', size: 0, blobId: 'd'.repeat(40) },
      { rfilename: 'onnx/model.onnx', size: 70_000, blobId: 'e'.repeat(40), lfs },
      { rfilename: 'README.md' },
      { rfilename: 'twice..txt', size: null, blobId: null, lfs: null },
    ],
  };
  const ask = `
import json, sys
from huggingface_hub.hf_api import ModelInfo
info = ModelInfo(**json.loads(sys.argv[1]))
print(json.dumps([info.sha, [[s.rfilename, s.size, s.blob_id, s.lfs and s.lfs.sha256] for s in info.siblings]]))`;
  const [commit, files] = JSON.parse(await python(ask, [JSON.stringify(answer)], {}));
  expect(read(answer)).toEqual({
    commit,
    // Of a large file, git has the digest of a pointer to it.
    files: files.map(([name, size, blobId, sha256]: [string, unknown, unknown, unknown]) => ({
      name,
      size: size ?? undefined,
      sha256: sha256 ?? undefined,
      blobId: sha256 ? undefined : (blobId ?? undefined),
    })),
  });
});

test('a name that would be another place on this disk is none of them', () => {
  const names = ['../up', 'a/../../up', '..up', '/etc/up', 'a//up', 'a\\up', 'c:up', 'a/', '', 'good'];
  const siblings = names.map((rfilename) => ({ rfilename }));
  expect(read({ sha: COMMIT, siblings }).files.map(({ name }) => name)).toEqual(['good']);
});

test('what is no listing, or has no whole commit, is refused', () => {
  const commits = [`../${COMMIT}`, `${COMMIT}/..`, COMMIT.slice(1), COMMIT.toUpperCase(), ''];
  for (const answer of [undefined, {}, { sha: COMMIT }, ...commits.map((sha) => ({ sha, siblings: [] }))])
    expect(() => read(answer), JSON.stringify(answer)).toThrow(
      'https://hub.example.com does not answer as a Hugging Face Hub does, asked for hf:acme/cats. Look again.',
    );
});
