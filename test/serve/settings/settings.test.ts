// What is promised of settings: flags win over variables, these over the file; what is wrong is named with its key.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { messageOf } from '../../../models/errors.ts';
import { describeSettings } from '../../../serve/settings/describe.ts';
import { connectionLimits, defaultLimits } from '../../../serve/settings/limits.ts';
import { limitsOf } from '../../../serve/settings/limits-of-settings.ts';
import { resolveSettings, strayVariables } from '../../../serve/settings/resolve.ts';
import { flagOf, settingNames, settingsSchema, variableOf } from '../../../serve/settings/schema.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function fileOf(content: unknown): string {
  const path = join(folder, `${++files}.json`);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

test('each setting comes from the strongest source that has it', () => {
  const file = fileOf({ port: 1, host: 'file', threads: 3, cors: ['https://a.test'] });
  const environment = { TRAINYARD_PORT: '2', TRAINYARD_HOST: 'variable', TRAINYARD_MODEL: '' };
  const resolved = resolveSettings({ flags: { port: '4' }, environment, file });
  expect(resolved.settings).toMatchObject({
    port: 4,
    host: 'variable',
    threads: 3,
    cors: ['https://a.test'],
  });
  expect(resolved.settings.model).toBeUndefined();
  expect(describeSettings(resolved)).toBe(
    `settings: host variable (TRAINYARD_HOST), port 4 (--port), threads 3 (${file}: threads), cors https://a.test (${file}: cors)`,
  );
});

test('the defaults are those of the limits, and serve this machine alone', () => {
  const { settings, sources } = resolveSettings({ flags: {}, environment: {} });
  expect(settings).toMatchObject({ host: '127.0.0.1', port: 3000, page: true, cors: [] });
  expect(settings.requestSeconds * 1000).toBe(connectionLimits.requestTimeout);
  expect(limitsOf(settings)).toEqual(defaultLimits);
  expect(new Set(sources.values())).toEqual(new Set(['default']));
});

test('the file can be named by a variable, and lists and switches can be text', () => {
  const environment = {
    TRAINYARD_CONFIG: fileOf({ port: 80 }),
    TRAINYARD_CORS: 'https://a.test,http://b.test:81',
    TRAINYARD_PAGE: 'false',
  };
  const { settings } = resolveSettings({ flags: {}, environment });
  expect(settings).toMatchObject({ port: 80, page: false, cors: ['https://a.test', 'http://b.test:81'] });
});

test.each([
  [{ flags: { port: 'http' } }, '--port: received "http", expected a whole number from 0 to 65535'],
  [
    { environment: { TRAINYARD_THREADS: '0' } },
    'TRAINYARD_THREADS: received "0", expected a whole number from 1',
  ],
  [{ flags: { cors: 'example.org' } }, '--cors: received "example.org", expected origins such as https://'],
  [{ flags: { 'log-format': 'xml' } }, '--log-format: received "xml", expected auto, text or json'],
  [{ environment: { TRAINYARD_PAGE: 'maybe' } }, 'TRAINYARD_PAGE: received "maybe", expected true or false'],
])('%j is refused by name', (given, message) => {
  expect(() => resolveSettings({ flags: {}, environment: {}, ...given })).toThrow(message);
});

test.each([
  [{ port: 'x' }, /\.json: port: received "x", expected a whole number/],
  [{ prot: 1 }, /there is no setting "prot"\. Did you mean port\?/],
  [[], /expected an object such as/],
  ['{', /cannot be read: it is not JSON/],
])('a file of %j is refused by key', (content, message) => {
  const file = fileOf(content);
  expect(() => resolveSettings({ flags: {}, environment: {}, file })).toThrow(message);
});

test('a file that is not there, and one with a byte order mark and comments', () => {
  const resolve = (file: string) => resolveSettings({ flags: {}, environment: {}, file });
  expect(() => resolve('/nowhere/serve.json')).toThrow(
    /^the file of settings \/nowhere\/serve\.json cannot be read: it is not there\. --config or TRAINYARD_CONFIG/,
  );
  expect(() => resolve('/')).toThrow(/: it is a folder, expected a file\./);
  expect(resolve(fileOf('\uFEFF{ // ours\r\n "port": 8000, }')).settings.port).toBe(8000);
});

test('whatever a file has for a setting, the message is ours', () => {
  const wrong = [null, 5.5, -1, 1e9, '', 'x', true, {}, [], [5], [''], [null]];
  let refused = 0;
  for (const name of settingNames)
    for (const value of wrong) {
      try {
        resolveSettings({ flags: {}, environment: {}, file: fileOf({ [name]: value }) });
      } catch (error) {
        refused++;
        expect(messageOf(error)).toMatch(
          /: received .*, expected (an?|the|addresses|auto|exact|all|true|origins|text) ?[^:]*(: with the number of a GPU|https:[^:]*)?$/,
        );
        expect(messageOf(error)).not.toMatch(
          /invalid|too (small|big)|expected (string|number|array|object)/i,
        );
      }
    }
  expect(refused).toBeGreaterThan(settingNames.length * 5);
});

test('several mistakes are listed together', () => {
  expect(() =>
    resolveSettings({ flags: { port: 'x', host: '' }, environment: { TRAINYARD_BATCH: 'y' } }),
  ).toThrow(/^--port: .*\nTRAINYARD_BATCH: .*$/);
});

test('a variable that is nearly a setting is named', () => {
  const environment = { TRAINYARD_PROT: '1', TRAINYARD_CACHE: '/c', TRAINYARD_PORT: '1', PORT: '1' };
  expect(strayVariables(environment)).toEqual([
    'TRAINYARD_PROT is not a setting. Did you mean TRAINYARD_PORT?',
  ]);
});

test('what Kubernetes says of a service named trainyard is no setting, and no mistake', () => {
  // As a pod of kind v0.27 has them, for a service `trainyard` with a port named http, and for one named `trainyard-page`.
  const links = {
    TRAINYARD_PORT: 'tcp://10.96.0.12:3000',
    TRAINYARD_PORT_3000_TCP: 'tcp://10.96.0.12:3000',
    TRAINYARD_PORT_3000_TCP_ADDR: '10.96.0.12',
    TRAINYARD_PORT_3000_TCP_PORT: '3000',
    TRAINYARD_PORT_3000_TCP_PROTO: 'tcp',
    TRAINYARD_SERVICE_HOST: '10.96.0.12',
    TRAINYARD_SERVICE_PORT: '3000',
    TRAINYARD_SERVICE_PORT_HTTP: '3000',
    TRAINYARD_PAGE_PORT: 'udp://10.96.0.13:80',
    TRAINYARD_PAGE_SERVICE_HOST: '10.96.0.13',
  };
  const { settings, sources } = resolveSettings({ flags: {}, environment: links });
  expect([settings.port, sources.get('port')]).toEqual([3000, 'default']);
  expect(strayVariables(links)).toEqual([]);
  expect(resolveSettings({ flags: {}, environment: { ...links, TRAINYARD_PORT: '80' } }).settings.port).toBe(
    80,
  );
});

test('a variable may have the blanks and the words that files of variables have', () => {
  const environment = {
    TRAINYARD_PORT: ' 80\r',
    TRAINYARD_HOST: '0.0.0.0\r',
    TRAINYARD_PAGE: 'Off',
    TRAINYARD_MODEL: ' ',
  };
  const { settings } = resolveSettings({ flags: {}, environment });
  expect(settings).toMatchObject({ port: 80, host: '0.0.0.0', page: false });
  expect(settings.model).toBeUndefined();
});

test('every setting is described, and has a flag and a variable of its own', () => {
  for (const name of settingNames) expect(settingsSchema.shape[name].description, name).toMatch(/^[A-Zt]/);
  expect(new Set(settingNames.map(flagOf)).size).toBe(settingNames.length);
  expect([flagOf('logFormat'), variableOf('logFormat')]).toEqual(['log-format', 'TRAINYARD_LOG_FORMAT']);
});
