// The environment's variables mean what Python's huggingface_hub takes them for.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { hubSettings } from '../../hub/settings.ts';
import { cacheFolder } from '../../setup/paths.mjs';
import { python, temporaryFolder } from './support.ts';

const folder = temporaryFolder();
afterAll(folder.close);

const ask = `
import importlib, json, os, sys
from huggingface_hub import constants, get_token
for env in json.loads(sys.argv[1]):
    for name in list(os.environ):
        if name.startswith(('HF_', 'HUGGING', 'TRANSFORMERS_')): del os.environ[name]
    os.environ.update(env)
    importlib.reload(constants)
    print(json.dumps({'endpoint': constants.ENDPOINT, 'token': get_token(), 'offline': constants.HF_HUB_OFFLINE, 'cache': constants.HF_HUB_CACHE}))
`;

test('as Python reads them', async () => {
  const home = join(folder.path, 'home');
  mkdirSync(home);
  writeFileSync(join(home, 'token'), 'hf_file\n');
  writeFileSync(join(folder.path, 'other'), ' hf_other ');
  const all: Record<string, string>[] = [
    { HF_HOME: home },
    { HF_HOME: home, HF_TOKEN: ' hf_variable\n', HF_ENDPOINT: 'https://hub.example.com/' },
    { HF_HOME: home, HF_HUB_OFFLINE: 'yes', HF_TOKEN_PATH: join(folder.path, 'other') },
    { HF_HOME: home, HF_HUB_OFFLINE: '0', HF_HUB_CACHE: join(folder.path, 'cache') },
    { HF_HOME: home, TRANSFORMERS_OFFLINE: '1', HUGGINGFACE_HUB_CACHE: join(folder.path, 'older') },
  ];
  const lines = (await python(ask, [JSON.stringify(all)], {})).trim().split('\n');
  expect(lines).toHaveLength(all.length);
  for (const [i, env] of all.entries()) expect(hubSettings(env)).toEqual(JSON.parse(lines[i] ?? ''));
});

test('the token is where Python’s login leaves it where nothing says otherwise', async () => {
  const login = join(folder.path, 'huggingface');
  mkdirSync(login);
  writeFileSync(join(login, 'token'), 'hf_left');
  const env = { XDG_CACHE_HOME: folder.path };
  const { token } = JSON.parse(await python(ask, [JSON.stringify([env])], {}));
  expect([hubSettings(env).token, token]).toEqual(['hf_left', 'hf_left']);
});

test('without any, the public Hub is asked for what is kept in this project’s cache', () => {
  expect(hubSettings({ XDG_CACHE_HOME: join(folder.path, 'none') })).toEqual({
    endpoint: 'https://huggingface.co',
    token: undefined,
    offline: false,
    cache: join(cacheFolder(), 'hub'),
  });
  expect(() => hubSettings({ HF_ENDPOINT: 'huggingface.co' })).toThrow(
    /HF_ENDPOINT is "huggingface.co", expected/,
  );
});
