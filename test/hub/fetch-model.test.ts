// What is promised of a model of the Hugging Face Hub: its bytes or one clear message, and the network only where it is needed.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { INCOMPLETE } from '../../hub/download.ts';
import { fetchModel } from '../../hub/fetch-model.ts';
import { commitOf, type HubRepository, type HubServer, startHub, TOKEN } from './server.ts';
import { configurations, onnx, onnxApart, python, settingsFor, temporaryFolder } from './support.ts';

const apart = onnxApart('model.onnx_data');
/** Weights with more behind them. */
const large = { ...apart, weights: Buffer.concat([apart.weights, Buffer.alloc(4e6)]) };
const repositories: Record<string, HubRepository> = {
  'acme/cats': { files: { ...configurations, 'README.md': 'cats', 'onnx/model.onnx': onnx } },
  'acme/many': { files: { ...configurations, 'onnx/a.onnx': onnx, 'onnx/b.onnx': onnx } },
  'acme/both': { files: { ...configurations, 'onnx/model.onnx': onnx, 'onnx/model_quantized.onnx': onnx } },
  'acme/apart': { files: { 'model.onnx': apart.model, 'model.onnx_data': apart.weights } },
  'acme/large': { files: { 'model.onnx': large.model, 'model.onnx_data': large.weights } },
  'acme/torch': { files: { ...configurations, 'model.safetensors': 'weights' } },
  'acme/secret': { files: { 'model.onnx': onnx }, access: 'private' },
  'acme/gated': { files: { 'model.onnx': onnx }, access: 'gated' },
};

let hub: HubServer;
const folders: { close(): void }[] = [];
beforeAll(async () => {
  hub = await startHub(repositories);
});
afterEach(() => {
  hub.asked.length = 0;
  hub.toStore.length = 0;
  for (const fault of Object.keys(hub.faults)) Reflect.deleteProperty(hub.faults, fault);
});
afterAll(async () => {
  await hub.close();
  for (const folder of folders) folder.close();
});

function newCache(): string {
  const folder = temporaryFolder();
  folders.push(folder);
  return folder.path;
}

const commit = (id: string) => commitOf(repositories[id] ?? { files: {} });
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('a public model', () => {
  test('comes with its configurations, under the commit that its branch is at', async () => {
    const fetched = await fetchModel('hf:acme/cats', { settings: settingsFor(hub, newCache()) });
    expect(fetched.name).toBe('cats');
    expect(fetched.source).toBe(`hf:acme/cats@${commit('acme/cats')}/onnx/model.onnx`);
    expect(sha256(readFileSync(fetched.path))).toBe(sha256(onnx));
    const above = dirname(dirname(fetched.path));
    expect(readdirSync(above).sort()).toEqual(['config.json', 'onnx', 'preprocessor_config.json']);
    for (const [name, content] of Object.entries(configurations))
      expect(readFileSync(join(above, name), 'utf8')).toBe(content);
  });

  test('is the file that is named, the usual one, or the only one; of several others it says which there are', async () => {
    const settings = settingsFor(hub, newCache());
    const fetch = async (word: string) =>
      (await fetchModel(word, { settings })).source.split('/').slice(2).join('/');
    expect(await fetch('hf:acme/both')).toBe('onnx/model.onnx');
    expect(await fetch('hf:acme/both/onnx/model_quantized.onnx')).toBe('onnx/model_quantized.onnx');
    expect(await fetch('hf://acme/many@main/onnx/b.onnx')).toBe('onnx/b.onnx');
    await expect(fetch('hf:acme/many')).rejects.toThrow(
      'hf:acme/many has several ONNX files: onnx/a.onnx, onnx/b.onnx. Name one: hf:acme/many/onnx/a.onnx',
    );
    await expect(fetch('hf:acme/many/onnx/d.onnx')).rejects.toThrow(
      /"onnx\/d.onnx". Did you mean onnx\/a.onnx\?/,
    );
    await expect(fetch('hf:acme/torch')).rejects.toThrow(
      /has no ONNX file.*onnx-community\/torch.*optimum-cli export/,
    );
  });

  test('comes with the weights beside it, also when those were missed before', async () => {
    const settings = settingsFor(hub, newCache());
    const address = `hf:acme/apart@${commit('acme/apart')}`;
    const { path } = await fetchModel(address, { settings });
    const weights = join(dirname(path), 'model.onnx_data');
    expect(sha256(readFileSync(weights))).toBe(sha256(apart.weights));
    rmSync(weights);
    await fetchModel(address, { settings });
    expect(existsSync(weights)).toBe(true);
  });
});

describe('the network', () => {
  test('is not needed for a commit that is here, and asked one question of a branch', async () => {
    const settings = settingsFor(hub, newCache());
    const { source } = await fetchModel('hf:acme/cats', { settings });
    hub.asked.length = 0;
    await fetchModel(source, { settings });
    expect(hub.asked).toEqual([]);
    await fetchModel('hf:acme/cats', { settings });
    expect(hub.asked).toEqual(['GET /api/models/acme/cats/revision/main']);
  });

  test('may be gone, or forbidden, when the model was fetched before', async () => {
    const settings = settingsFor(hub, newCache());
    const first = await fetchModel('hf:acme/cats', { settings });
    const told: string[] = [];
    const gone = { ...settings, endpoint: 'http://127.0.0.1:1' };
    expect(await fetchModel('hf:acme/cats', { settings: gone, tell: (line) => told.push(line) })).toEqual(
      first,
    );
    expect(told.join()).toMatch(/cannot be reached.*Using hf:acme\/cats@/);
    expect(await fetchModel('hf:acme/cats', { settings: gone })).toEqual(first);
    hub.asked.length = 0;
    expect(await fetchModel('hf:acme/cats', { settings: { ...settings, offline: true } })).toEqual(first);
    expect(hub.asked).toEqual([]);
    await expect(fetchModel('hf:acme/both', { settings: gone })).rejects.toThrow(
      /^http:\/\/127.0.0.1:1 cannot be reached \(.+\)\. Without a network, models that were fetched before can be used/,
    );
    await expect(fetchModel('hf:acme/both', { settings: { ...settings, offline: true } })).rejects.toThrow(
      /hf:acme\/both was not fetched before, and HF_HUB_OFFLINE/,
    );
  });
});

describe('a download', () => {
  test('that is cut off goes on where it stopped', async () => {
    const settings = settingsFor(hub, newCache());
    hub.faults.cutAfter = 5000;
    await expect(fetchModel('hf:acme/cats', { settings })).rejects.toThrow(/cannot be reached/);
    delete hub.faults.cutAfter;
    hub.asked.length = 0;
    const { path } = await fetchModel('hf:acme/cats', { settings });
    expect(sha256(readFileSync(path))).toBe(sha256(onnx));
    const rest = hub.asked.find((line) => line.startsWith('GET /store'));
    expect(rest).toBe('GET /store/acme/cats/onnx/model.onnx bytes=5000-');
    expect(readdirSync(dirname(path))).toEqual(['model.onnx']);
  });

  test('starts over where what is left of an earlier one is wrong, or the server gives no parts', async () => {
    for (const noRanges of [false, true]) {
      const cache = newCache();
      const target = join(cache, 'models--acme--cats/snapshots', commit('acme/cats'), 'onnx/model.onnx');
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target + INCOMPLETE, Buffer.alloc(7000));
      hub.faults.noRanges = noRanges;
      await fetchModel('hf:acme/cats', { settings: settingsFor(hub, cache) });
      expect(sha256(readFileSync(target))).toBe(sha256(onnx));
    }
  });

  test('is whole already where it was killed before the end', async () => {
    const cache = newCache();
    const target = join(cache, 'models--acme--cats/snapshots', commit('acme/cats'), 'onnx/model.onnx');
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target + INCOMPLETE, onnx);
    await fetchModel('hf:acme/cats', { settings: settingsFor(hub, cache) });
    expect(statSync(target).size).toBe(onnx.length);
    expect(hub.asked.filter((line) => line.startsWith('GET /store'))).toHaveLength(1);
  });

  test('of other bytes than the Hub has is refused, and leaves nothing', async () => {
    const cache = newCache();
    hub.faults.damaged = true;
    await expect(fetchModel('hf:acme/cats', { settings: settingsFor(hub, cache) })).rejects.toThrow(
      /onnx\/model.onnx of hf:acme\/cats is not what http.* its digest is another/,
    );
    expect(readdirSync(join(cache, 'models--acme--cats/snapshots', commit('acme/cats'), 'onnx'))).toEqual([]);
  });
});

test('a large file is told of when it begins, and every five seconds how far it is', async () => {
  const settings = settingsFor(hub, newCache());
  const told: string[] = [];
  let now = 0;
  // Each look at the clock is 1.5 s later; a piece takes two or three of them.
  vi.spyOn(performance, 'now').mockImplementation(() => (now += 1500));
  await fetchModel('hf:acme/large', { settings, tell: (line) => told.push(line) });
  const all = (large.weights.length / 1e6).toFixed(1);
  expect(told[0]).toBe(`Fetching model.onnx_data of hf:acme/large: ${all} MB`);
  const bytes = told.slice(1).map((line) => {
    const [, done] =
      /^Fetching model\.onnx_data of hf:acme\/large: (\d+\.\d) of (\d+\.\d) MB$/.exec(line) ?? [];
    expect(line).toContain(` of ${all} MB`);
    return Number(done);
  });
  expect(bytes.length).toBeGreaterThan(2);
  expect(bytes).toEqual(bytes.toSorted((a, b) => a - b));
  expect(bytes.at(-1)).toBeLessThanOrEqual(Number(all));
});

describe('who asks', () => {
  test('is shown to the Hub alone, not to the store of its files', async () => {
    const { path } = await fetchModel('hf:acme/secret', { settings: settingsFor(hub, newCache(), TOKEN) });
    expect(sha256(readFileSync(path))).toBe(sha256(onnx));
    expect(hub.toStore).toEqual([undefined]);
  });

  test.each<[string, string | undefined, RegExp]>([
    ['hf:acme/secret', undefined, /hf:acme\/secret is not there, or is private.*Set HF_TOKEN/],
    ['hf:acme/nothing', TOKEN, /hf:acme\/nothing is not there, or is private.*The token.*does not open it/],
    ['hf:acme/gated', undefined, /model.onnx of hf:acme\/gated is gated.*Ask for access.*Set HF_TOKEN/],
    ['hf:acme/gated', TOKEN, /gated.*The token/],
    ['hf:acme/cats', 'hf_wrong', /does not know the token of HF_TOKEN.*Invalid credentials/],
    ['hf:acme/cats@dev', undefined, /hf:acme\/cats@dev is not there.*not that branch, tag or commit/],
    ['hf:cats', undefined, /"hf:cats" names no model of the Hugging Face Hub. Expected hf:owner\/name/],
    ['hf:acme/../x', undefined, /names no model/],
    ['hf:acme/cats/', undefined, /names no model/],
  ])('%s with token %s is told what is wrong', async (word, token, message) => {
    const settings = settingsFor(hub, newCache(), token);
    await expect(fetchModel(word, { settings })).rejects.toThrow(message);
  });
});

describe("Python's huggingface_hub", () => {
  const download = `
import sys
from huggingface_hub import hf_hub_download
for name in sys.argv[3:]:
    print(hf_hub_download(sys.argv[1], name, local_files_only=sys.argv[2] == 'offline'), end='')
`;

  test('downloads from this server, and what it has is used without the network', async () => {
    const home = newCache();
    const env = { HF_ENDPOINT: hub.endpoint, HF_HOME: home };
    const names = ['onnx/model.onnx', 'config.json', 'preprocessor_config.json'];
    await python(download, ['acme/cats', 'online', ...names], env);
    const cache = join(home, 'hub');
    const settings = { ...settingsFor(hub, cache), offline: true };
    const { path } = await fetchModel('hf:acme/cats', { settings });
    expect(sha256(readFileSync(path))).toBe(sha256(onnx));
    expect(path.startsWith(cache)).toBe(true);
  });

  test('finds what was fetched here', async () => {
    const home = newCache();
    const { path } = await fetchModel('hf:acme/cats', { settings: settingsFor(hub, join(home, 'hub')) });
    const env = { HF_ENDPOINT: 'http://127.0.0.1:1', HF_HOME: home };
    expect(await python(download, ['acme/cats', 'offline', 'onnx/model.onnx'], env)).toBe(path);
  });
});
