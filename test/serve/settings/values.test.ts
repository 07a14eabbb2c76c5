// Which values each setting takes, what they are when nothing is said, and what is no setting at all.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { describeSettings } from '../../../serve/settings/describe.ts';
import { connectionLimits, defaultLimits } from '../../../serve/settings/limits.ts';
import { connectionLimitsOf, limitsOf } from '../../../serve/settings/limits-of-settings.ts';
import { resolveSettings, strayVariables } from '../../../serve/settings/resolve.ts';
import { settingsSchema } from '../../../serve/settings/schema.ts';
import { isServiceLink, isServiceVariable } from '../../../serve/settings/service-links.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-values-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The settings of flags, or of a file. */
const ofFlags = (flags: Record<string, unknown>) => resolveSettings({ flags, environment: {} });
function ofFile(content: unknown) {
  const file = join(folder, 'settings.json');
  writeFileSync(file, JSON.stringify(content));
  return resolveSettings({ flags: {}, environment: {}, file });
}

describe('limits', () => {
  it('of a request are so many bytes, and a connection waits so long', () => {
    expect([defaultLimits.bodyBytes, defaultLimits.jsonBytes, defaultLimits.heldBytes]).toEqual([
      41_943_040, 8_388_608, 268_435_456,
    ]);
    expect(connectionLimits).toMatchObject({
      headersTimeout: 10_000,
      requestTimeout: 180_000,
      maxHeaderSize: 16_384,
    });
    expect(ofFlags({}).settings).toMatchObject({
      headersSeconds: 10,
      requestSeconds: 180,
      bodyMib: 40,
      heldMib: 256,
    });
  });

  it('are those of the settings, in bytes, pixels and milliseconds', () => {
    const flags = {
      'body-mib': 2,
      'held-mib': 3,
      megapixels: 5,
      batch: 7,
      'queue-ms': 11,
      'deadline-ms': 13,
    };
    expect(limitsOf(ofFlags(flags).settings)).toEqual({
      ...defaultLimits,
      bodyBytes: 2_097_152,
      heldBytes: 3_145_728,
      pixels: 5_000_000,
      batch: 7,
      queue: 11,
      deadline: 13,
    });
  });

  it('of a connection are those of the settings, in milliseconds; headers have no longer than all of a request', () => {
    const flags = { 'headers-seconds': 20, 'request-seconds': 30, 'keep-alive-seconds': 620 };
    expect(connectionLimitsOf(ofFlags(flags).settings)).toEqual({
      ...connectionLimits,
      headersTimeout: 20_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 620_000,
    });
    expect(connectionLimitsOf(ofFlags({ 'request-seconds': 5 }).settings).headersTimeout).toBe(5_000);
    expect(connectionLimitsOf(ofFlags({}).settings)).toEqual(connectionLimits);
    expect(ofFlags({}).settings).toMatchObject({ keepAliveSeconds: 65, shutdownDelay: 0, drainSeconds: 10 });
  });

  it('never hold less than one body', () => {
    expect(limitsOf(ofFlags({ 'body-mib': 9, 'held-mib': 3 }).settings).heldBytes).toBe(9_437_184);
  });
});

describe('words', () => {
  it.each([
    [
      'device',
      ['auto', 'cpu', 'cuda', 'cuda:0', 'cuda:12', 'cuda:123'],
      ['', 'gpu', 'xcpu', 'cpux', 'cuda:', 'cuda:x', 'cuda:1234'],
    ],
    ['decode', ['exact', 'fast'], ['slow', 'exactly']],
    [
      'default-model',
      ['digits', 'digits:3', 'a.b-c_d:123456789'],
      [
        'digits:',
        'digits:x',
        'digits:0',
        'digits/3',
        'digits:3:4',
        ' digits',
        '.digits',
        'digits:1234567890',
      ],
    ],
    ['log-format', ['auto', 'text', 'json'], ['xml']],
    ['log-requests', ['all', 'failed', 'none'], ['some']],
  ])('of %s are %j, and none of %j', (name, taken, refused) => {
    const values = taken.map((word) => Object.values(ofFlags({ [name]: word }).settings));
    for (const [i, word] of taken.entries()) expect(values[i]).toContain(word);
    for (const word of refused.filter(Boolean))
      expect(() => ofFlags({ [name]: word }), word).toThrow(`--${name}: received`);
  });

  it('that are taken when nothing is said', () => {
    expect(ofFlags({}).settings).toMatchObject({
      device: 'auto',
      decode: 'exact',
      logFormat: 'auto',
      logRequests: 'failed',
    });
  });

  it.each([
    ...['true', 'yes', 'on', '1', 'TRUE', 'Yes'].map((word) => [word, true] as const),
    ...['false', 'no', 'off', '0', 'OFF', 'No'].map((word) => [word, false] as const),
  ])('%s means %s', (word, page) => {
    expect(ofFlags({ page: word }).settings.page).toBe(page);
  });
});

describe('numbers', () => {
  it.each(['80x', 'x80', '8 0', '8.0', '0x50', '-1', '1e3', '٣'])('are digits alone: not %s', (port) => {
    expect(() => ofFlags({ port })).toThrow(/^--port: received .*, expected a whole number from 0 to 65535$/);
  });

  it('in a file are numbers or digits, not lists of one', () => {
    expect([ofFile({ port: 81 }).settings.port, ofFile({ port: '82' }).settings.port]).toEqual([81, 82]);
    expect(() => ofFile({ port: [83] })).toThrow(/: port: received \[83\], expected a whole number/);
  });
});

describe('origins', () => {
  it('are a list, whose empty places say nothing', () => {
    const { settings, sources } = ofFlags({ cors: ',https://a.test,,*,' });
    expect(settings.cors).toEqual(['https://a.test', '*']);
    expect(describeSettings({ settings, sources })).toBe('settings: cors https://a.test,* (--cors)');
  });

  it.each([
    'https://a.test/',
    'https://a.test/x',
    'xhttps://a.test',
    'x*',
    '*x',
    'a.test',
    'https://',
    'ftp://a.test',
  ])('are not %s', (cors) => {
    expect(() => ofFlags({ cors })).toThrow(/^--cors: received .*, expected origins such as/);
  });
});

describe('origins of frames', () => {
  it('may have any subdomain, and a port', () => {
    const taken = ['https://a.test', 'https://*.a.test', 'http://localhost:8080', '*'];
    expect(ofFlags({ 'allow-embed': taken.join(',') }).settings.allowEmbed).toEqual(taken);
  });

  it.each([
    'https://a.test;script-src',
    "'none'",
    'https://a.test/',
    'https://a*.test',
    'https://a.test:',
    'a.test',
    'https://a.test https://b.test',
  ])('are not %s, which would be another header', (origin) => {
    expect(() => ofFlags({ 'allow-embed': origin })).toThrow(
      /^--allow-embed: received .*, expected origins such as/,
    );
  });
});

describe('proxies', () => {
  it('are addresses and networks', () => {
    const { settings } = ofFlags({ 'trusted-proxies': '10.0.0.0/8,::1' });
    expect(settings.trustedProxies).toEqual(['10.0.0.0/8', '::1']);
  });

  it.each(['proxy.test', '10.0.0.0/33', '10.0.0.0/8 ::1'])('are not %s', (proxy) => {
    expect(() => ofFlags({ 'trusted-proxies': proxy })).toThrow(
      /^--trusted-proxies: received .*, expected addresses or networks such as 10\.0\.0\.0\/8$/,
    );
  });
});

it('says so when all are defaults', () => {
  expect(describeSettings(ofFlags({}))).toBe('settings: all defaults');
});

it('an empty variable names no file', () => {
  for (const TRAINYARD_CONFIG of ['', ' '])
    expect(resolveSettings({ flags: {}, environment: { TRAINYARD_CONFIG } }).settings.port).toBe(3000);
});

it.each([5, 'text', null, true])('a file of %j is none of settings', (content) => {
  expect(() => ofFile(content)).toThrow(/settings\.json: expected an object such as/);
});

describe('a variable', () => {
  it.each([
    ['TRAINYARD_CACH', 'TRAINYARD_CACHE'],
    ['TRAINYARD_PYTHN', 'TRAINYARD_PYTHON'],
    ['TRAINYARD_RUNSS', 'TRAINYARD_RUNS'],
    ['TRAINYARD_TROCH', 'TRAINYARD_TORCH'],
    ['TRAINYARD_CONFG', 'TRAINYARD_CONFIG'],
  ])('%s is taken for a mistyped %s', (wrong, right) => {
    expect(strayVariables({ [wrong]: '1' })).toEqual([`${wrong} is not a setting. Did you mean ${right}?`]);
  });

  it.each(['RAINYARD_PORT', 'XTRAINYARD_PORT', 'TRAINYARD_OF_MY_GRANDMOTHER', 'PATH'])(
    '%s is somebody else’s',
    (name) => {
      expect(strayVariables({ [name]: '1' })).toEqual([]);
    },
  );

  it.each([
    ['TRAINYARD_SERVICE_HOST', true],
    ['TRAINYARD_SERVICE_PORT', true],
    ['TRAINYARD_WEB_2_SERVICE_PORT_HTTP', true],
    ['TRAINYARD_PORT_80_TCP', true],
    ['TRAINYARD_PORT_8080_SCTP_ADDR', true],
    ['TRAINYARD_PORT_80_UDP_PROTO', true],
    ['TRAINYARD_PORT_X_TCP', false],
    ['TRAINYARD_PORT_80', false],
    ['TRAINYARD_PORT_80_TCP_HOST', false],
    ['TRAINYARD_SERVICE_PORT_', false],
    ['MY_TRAINYARD_PORT_80_TCP', false],
    ['TRAINYARD_PORT_80_TCP_ADDR_2', false],
  ])('%s of a service: %s', (name, of) => {
    expect(isServiceVariable(name)).toBe(of);
  });

  it.each([
    ['tcp://10.96.0.12:3000', true],
    ['udp://10.96.0.12:3000', true],
    ['sctp://10.96.0.12:3000', true],
    ['xtcp://10.96.0.12:3000', false],
    ['http://10.96.0.12:3000', false],
    [undefined, false],
  ])('%s is the address of a service: %s', (value, is) => {
    expect(isServiceLink(value)).toBe(is);
  });
});

it('every setting has a heading in the help', () => {
  const groups = Object.values(settingsSchema.shape).map((field) => field.meta()?.group);
  expect(new Set(groups)).toEqual(new Set(['Address, page and API keys', 'Models', 'Limits', 'Log']));
});
