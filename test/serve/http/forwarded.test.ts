// The client behind proxies: as nginx understands the same headers, and never what a client invents.
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createForwarded, isNetwork } from '../../../serve/http/forwarded.ts';
import { listen } from '../../../serve/http/listen.ts';
import { runNginx, startNginx, whyNoNginx } from '../../deploy/nginx.ts';
import { freePort } from '../../listening.ts';
import { colors, openTestApp } from '../harness.ts';

const TRUSTED = ['127.0.0.1', '10.0.0.0/8', '2001:db8::/32', '192.0.2.9'];
const read = createForwarded(TRUSTED);

/** What is read of a request from 10.0.0.1 with these headers. */
const of = (headers: Readonly<Record<string, string>>, remote: string | undefined = '10.0.0.1') =>
  read(remote, (name) => headers[name]);

test.each([
  ['10.0.0.0/8', true],
  ['10.1.2.3', true],
  ['2001:db8::/32', true],
  ['::1', true],
  ['0.0.0.0/0', true],
  ['10.0.0.0/32', true],
  ['10.0.0.0/33', false],
  ['::/128', true],
  ['::/129', false],
  ['10.0.0/8', false],
  ['10.0.0.0/', false],
  ['10.0.0.0/x', false],
  ['x10.0.0.0/8', false],
  ['10.0.0.0/8x', false],
  ['localhost', false],
  ['', false],
])('%j is an address or a network: %j', (word, is) => {
  expect(isNetwork(word)).toBe(is);
});

describe('X-Forwarded-For', () => {
  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['6.6.6.6, 203.0.113.7', '203.0.113.7'],
    ['6.6.6.6,203.0.113.7 , 10.2.3.4', '203.0.113.7'],
    ['203.0.113.7, 2001:db8::5', '203.0.113.7'],
    ['2a00::1, 192.0.2.9', '2a00::1'],
    ['6.6.6.6, 192.0.2.8', '192.0.2.8'],
    ['10.9.9.9, 10.2.3.4', '10.9.9.9'],
    ['203.0.113.7:4711', '203.0.113.7'],
    ['[2a00::1]:4711', '2a00::1'],
    ['[2a00::1]', '2a00::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['6.6.6.6, ::ffff:10.1.1.1', '6.6.6.6'],
    ['6.6.6.6, unknown', '10.0.0.1'],
    ['6.6.6.6, unknown, 10.7.7.7', '10.7.7.7'],
    ['6.6.6.6, 1.2.3', '10.0.0.1'],
    ['6.6.6.6, [2a00::1', '10.0.0.1'],
    ['6.6.6.6, 203.0.113.7, ', '203.0.113.7'],
    ['203.0.113.7, x10.0.0.2:80', '10.0.0.1'],
    ['203.0.113.7, 10.0.0.2:80x', '10.0.0.1'],
    ['203.0.113.7, x[10.0.0.2]', '10.0.0.1'],
    ['203.0.113.7, [10.0.0.2]x', '10.0.0.1'],
    ['203.0.113.7, x::ffff:10.0.0.2', '10.0.0.1'],
    ['203.0.113.7, ::ffff:10.0.0.2x', '10.0.0.1'],
    ['', '10.0.0.1'],
    [' , ', '10.0.0.1'],
  ])('of %j the client is %s', (list, address) => {
    expect(of({ 'x-forwarded-for': list }).address).toBe(address);
  });

  test('counts before Forwarded, which a proxy may pass on as the client wrote it', () => {
    expect(of({ 'x-forwarded-for': '203.0.113.7', forwarded: 'for=6.6.6.6;proto=https;host=evil' })).toEqual({
      address: '203.0.113.7',
    });
  });
});

describe('who is not trusted', () => {
  const headers = {
    'x-forwarded-for': '6.6.6.6',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'evil.test',
    'x-forwarded-prefix': '/evil',
    forwarded: 'for=6.6.6.6;proto=https;host=evil',
  };

  test.each([['203.0.113.7'], ['11.0.0.1'], ['::1']])('such as %s says nothing', (remote) => {
    expect(of(headers, remote)).toEqual({ address: remote });
  });

  test('an address within IPv6 is the one of IPv4, and without a socket there is none', () => {
    expect(of(headers, '::ffff:203.0.113.7')).toEqual({ address: '203.0.113.7' });
    expect(of(headers, '::ffff:10.0.0.1').address).toBe('6.6.6.6');
    expect(read(undefined, (name) => headers[name as keyof typeof headers])).toEqual({ address: undefined });
  });
});

/** Of RFC 7239, sections 4 and 6, and 7.1; the last ones are not well formed. */
test.each([
  ['for=192.0.2.43', { address: '192.0.2.43' }],
  [
    'for=192.0.2.60;proto=http;by=203.0.113.43;host=example.org',
    { address: '192.0.2.60', protocol: 'http', host: 'example.org' },
  ],
  ['For="[2a00:db8:cafe::17]:4711"', { address: '2a00:db8:cafe::17' }],
  ['for=192.0.2.43, for=198.51.100.17', { address: '198.51.100.17' }],
  ['for=192.0.2.43;proto=http, for=10.0.0.7;proto=https', { address: '192.0.2.43', protocol: 'http' }],
  [
    'for=192.0.2.43 ; Proto=HTTPS;Host="a.test:8443"',
    { address: '192.0.2.43', protocol: 'https', host: 'a.test:8443' },
  ],
  ['for=6.6.6.6, for="_gazonk";proto=https', { address: '10.0.0.1', protocol: 'https' }],
  ['for=6.6.6.6, for=unknown', { address: '10.0.0.1' }],
  ['for="192.0.2.43:47011"', { address: '192.0.2.43' }],
  ['for="x,for=6.6.6.6", for=192.0.2.43', { address: '192.0.2.43' }],
  ['for=198.51.100.9;by="a,for=6.6.6.6"', { address: '198.51.100.9' }],
  ['for=198.51.100.9;by="a;for=6.6.6.6"', { address: '198.51.100.9' }],
  [String.raw`for=198.51.100.9;by="a\",for=6.6.6.6"`, { address: '198.51.100.9' }],
  ['for="198.51.100.9"x', { address: '10.0.0.1' }],
  ['for=198.51.100.9, ', { address: '198.51.100.9' }],
  [String.raw`for="19\2.0.2.43"`, { address: '192.0.2.43' }],
  [String.raw`for="\",for=6.6.6.6"`, { address: '10.0.0.1' }],
  ['for=192.0.2.43,', { address: '192.0.2.43' }],
  ['for=192.0.2.43, for="10.0.0.7', { address: '10.0.0.1' }],
  ['for==192.0.2.43', { address: '10.0.0.1' }],
  ['192.0.2.43', { address: '10.0.0.1' }],
  ['', { address: '10.0.0.1' }],
])('Forwarded: %s', (forwarded, expected) => {
  expect(of({ forwarded })).toEqual(expected);
});

test.each([
  [{ 'x-forwarded-proto': 'https' }, { protocol: 'https' }],
  [{ 'x-forwarded-proto': 'HTTPS' }, { protocol: 'https' }],
  [{ 'x-forwarded-proto': 'javascript' }, {}],
  [{ 'x-forwarded-proto': 'http, https' }, { protocol: 'https' }],
  [
    { 'x-forwarded-for': '6.6.6.6, 203.0.113.7, 10.0.0.2', 'x-forwarded-proto': 'gopher, https, http' },
    { address: '203.0.113.7', protocol: 'https' },
  ],
  [
    { 'x-forwarded-for': '203.0.113.7, 10.0.0.2', 'x-forwarded-proto': 'https' },
    { address: '203.0.113.7', protocol: 'https' },
  ],
  [{ 'x-forwarded-host': 'a.test' }, { host: 'a.test' }],
  [{ 'x-forwarded-host': 'a.test:8443' }, { host: 'a.test:8443' }],
  [{ 'x-forwarded-host': '[2a00::1]:80' }, { host: '[2a00::1]:80' }],
  [{ 'x-forwarded-host': 'a.test/x' }, {}],
  [{ 'x-forwarded-host': 'a.test"><script>' }, {}],
  [{ 'x-forwarded-prefix': '/ai' }, { prefix: '/ai' }],
  [{ 'x-forwarded-prefix': '/a/b-1/' }, { prefix: '/a/b-1' }],
  [{ 'x-forwarded-prefix': '//evil.test' }, {}],
  [{ 'x-forwarded-prefix': 'ai' }, {}],
  [{ 'x-forwarded-prefix': '/ai"' }, {}],
  [{ 'x-forwarded-host': 'x[2a00::1]' }, {}],
  [{ 'x-forwarded-prefix': '/' }, {}],
])('%j says %j', (headers, expected) => {
  expect(of(headers)).toEqual({ address: '10.0.0.1', ...expected });
});

const anyAddress = fc.oneof(
  fc.constantFrom('10.0.0.2', '10.255.255.255', '192.0.2.9', '192.0.2.8', '11.0.0.0', '9.9.9.9', '127.0.0.1'),
  fc.constantFrom('2001:db8::1', '2001:db9::1', '2a00::7'),
  fc.ipV4(),
);

test('whatever a client writes, what a trusted proxy appends is who it is', () => {
  const outside = anyAddress.filter((address) => of({}, address).address === address && !isInside(address));
  fc.assert(
    fc.property(
      fc.string(),
      outside,
      fc.array(fc.constantFrom('10.1.1.1', '2001:db8::9')),
      (own, client, proxies) => {
        const list = [own, client, ...proxies].join(', ');
        expect(of({ 'x-forwarded-for': list, forwarded: own }).address).toBe(client);
        const elements = [client, ...proxies].map(
          (each) => `for="${each.includes(':') ? `[${each}]` : each}"`,
        );
        // A client's open quote would swallow what follows: RFC 7239 has proxies write a field of their own then.
        const invented = own.replaceAll('"', '');
        expect(of({ forwarded: [invented, ...elements].join(',') }).address).toBe(client);
      },
    ),
  );
});

/** Whether the networks above have it, by their first digits. */
const isInside = (address: string) => /^(127\.0\.0\.1|10\..*|2001:db8:.*|192\.0\.2\.9)$/.test(address);

test('nginx finds the same client in the same header', async ({ skip }) => {
  skip(whyNoNginx !== '', whyNoNginx);
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-realip-'));
  chmodSync(folder, 0o755); // nginx's workers are of another user where this one is root
  const port = await freePort();
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const nginx = await runNginx(
    folder,
    port,
    `pid ${folder}/pid; events {} http { access_log off;
     ${paths.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}
     ${TRUSTED.map((network) => `set_real_ip_from ${network};`).join(' ')}
     real_ip_header X-Forwarded-For; real_ip_recursive on;
     server { listen 127.0.0.1:${port}; location / { return 200 $remote_addr; } } }`,
  );
  const agent = new Agent({ keepAlive: true });
  async function ask(list: string): Promise<string> {
    const sent = request(nginx.url, { agent, headers: { 'x-forwarded-for': list } }).end();
    const [response] = await once(sent, 'response');
    return text(response);
  }
  const words = fc.oneof({ weight: 9, arbitrary: anyAddress }, fc.constantFrom('unknown', '1.2.3', 'x'));
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(words, { minLength: 1, maxLength: 6 }), async (list) => {
        const header = list.join(', ');
        expect(of({ 'x-forwarded-for': header }, '127.0.0.1').address, header).toBe(await ask(header));
      }),
      { numRuns: 300 },
    );
  } finally {
    agent.destroy();
    await nginx.close();
    rmSync(folder, { recursive: true });
  }
});

test('the log has the client, and addresses are those that it knows, behind the nginx of deploy/', async ({
  skip,
}) => {
  skip(whyNoNginx !== '', whyNoNginx);
  const server = await openTestApp({
    models: [colors],
    logRequests: 'all',
    trustedProxies: ['127.0.0.1'],
  });
  const listening = await listen(server.app, '127.0.0.1', 0);
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-behind-'));
  chmodSync(folder, 0o755);
  const { host } = new URL(listening.url);
  const nginx = await startNginx(folder, [host, host]);
  /** Asks from an address of this machine that is not trusted. */
  async function ask(url: string, headers: Record<string, string> = {}) {
    const sent = request(url, { localAddress: '127.0.0.2', agent: false, headers }).end();
    const [response] = await once(sent, 'response');
    return text(response);
  }
  try {
    const forged = { 'x-forwarded-for': '6.6.6.6', 'x-forwarded-prefix': '/ai' };
    const { models } = JSON.parse(await ask(`${nginx.url}/models`, forged));
    expect(models[0].url).toMatch(/^\/ai\/models\/colors\//);
    expect(server.fields.at(-1)).toMatchObject({ path: '/models', address: '127.0.0.2' });
    expect(await ask(`${nginx.url}/docs`, { host: 'example.org' })).toContain('http://example.org/classify');

    await ask(`${listening.url}/models`, forged); // not through the proxy
    expect(server.fields.at(-1)).toMatchObject({ path: '/models', address: '127.0.0.2' });
    const direct = await ask(`${listening.url}/models`, { 'x-forwarded-prefix': '/ai' });
    expect(JSON.parse(direct).models[0].url).toMatch(/^\/models\/colors\//);
  } finally {
    await nginx.close();
    await listening.close();
    await server.close();
    rmSync(folder, { recursive: true });
  }
});

test('/docs has the scheme and the host that a trusted proxy says', async () => {
  const server = await openTestApp({ models: [colors], trustedProxies: ['127.0.0.1'] });
  const listening = await listen(server.app, '127.0.0.1', 0);
  const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'ai.example.org' };
  const docs = await (await fetch(`${listening.url}/docs`, { headers })).text();
  expect(docs).toContain('https://ai.example.org/classify');
  expect(docs).not.toContain(new URL(listening.url).host);
  await listening.close();
  await server.close();
});
