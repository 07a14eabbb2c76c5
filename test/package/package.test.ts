// What is promised of the package: from an empty folder outside of the checkout, the way from npm to answers works, a user's
// work is in the user's folder and stays there when the package is replaced, and little is installed.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { builtinModules } from 'node:module';
import { join, relative } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadModel } from '../../public/index.ts';
import { filesUnder } from '../../setup/files/index.mjs';
import { root } from '../../setup/paths.mjs';
import { checkImage } from '../deploy/check-image.ts';
import { whyNoImage } from '../deploy/image.ts';
import { listening } from '../listening.ts';
import { digitPng } from '../serve/digit.ts';
import { noise, writeNoise } from '../train/datasets/folder/pictures.ts';
import { folderInMemory } from './in-memory.ts';
import { compileExamples, examples, exampleWith, freePort, runExample, startExample } from './library.ts';
import { cacheWithScratchIn } from './npm-cache.ts';

const MB = 1e6;

/** Its real path, from which npm installs. */
const folder = folderInMemory('trainyard-package');
const project = join(folder, 'project');
const installed = join(project, 'node_modules', 'trainyard');
/** Another project, without optional packages, and with create-trainyard. */
const bare = join(folder, 'bare');
const program = join(installed, 'bin', 'trainyard.mjs');

/** Without what keeps tests from a checkout's own models and runs, and what npm tells its scripts. */
const environment: NodeJS.ProcessEnv = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(TRAINYARD_(RUNS|REPOSITORY)|npm_|NODE_ENV|VITEST)/.test(name),
    ),
  ),
  npm_config_cache: cacheWithScratchIn(join(folder, 'npm-cache')),
};

const run = promisify(execFile);
const npm = (where: string, ...words: string[]) =>
  run('npm', [...words, '--no-audit', '--no-fund', '--prefer-offline'], { cwd: where, env: environment });
const inProject = { cwd: project, env: environment, maxBuffer: 1 << 26 };
/** As npm starts it, which takes a second. */
const npx = (...words: string[]) => run('npx', ['trainyard', ...words], inProject);
const trainyard = (...words: string[]) => run(process.execPath, [program, ...words], inProject);

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

/** Packs a folder with a package. */
async function pack(where: string, ...words: string[]): Promise<Packed> {
  const { stdout } = await npm(where, 'pack', '--json', '--pack-destination', folder, ...words);
  return JSON.parse(stdout.slice(stdout.lastIndexOf('\n[') + 1))[0];
}

/** An empty folder with a tarball installed in it. */
async function install(where: string, tarball: string, ...words: string[]): Promise<void> {
  mkdirSync(where, { recursive: true });
  if (!existsSync(join(where, 'package.json'))) await npm(where, 'init', '-y');
  await npm(where, 'install', tarball, ...words);
}

const bytesUnder = (where: string) => filesUnder(where).reduce((sum, path) => sum + lstatSync(path).size, 0);

const started = Date.now();
let packed: Packed;
let tarball: string;
let create: Packed;

beforeAll(async () => {
  packed = await pack(root);
  tarball = join(folder, packed.filename);
  await install(project, tarball);
}, 240_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('`npm pack` alone compiles what it packs', () => {
  expect(lstatSync(join(root, 'dist/bin/main.js')).mtimeMs).toBeGreaterThan(started);
});

test('the tarball has what runs, the page and digits, and neither sources, tests, test pictures nor compressed copies', () => {
  expect(packed.size).toBeLessThan(16 * MB);
  const paths = packed.files.map(({ path }) => path);
  for (const path of [
    'bin/trainyard.mjs',
    'dist/bin/main.js',
    'dist/bin/main.d.ts',
    'dist/setup/modules/entry.mjs',
    'dist/setup/requirements/ray.txt',
    'dist/setup/requirements/train.txt',
    'dist/setup/packages/tensorflow/package-lock.json',
    'dist/train/graph/gelu.cc',
    'dist/train/graph/vectors.h',
    'dist/train/clean/page.css',
    'dist/train/clean/page.js',
    'dist/train/report/style.css',
    'dist/train/report/live-page.js',
    'dist/export/tf2onnx/convert.py',
    'dist/web-demo/index.html',
    'dist/web-demo/browser/trainyard.js',
    'models/repository/digits/1/model.onnx',
    'LICENSE',
    'NOTICE',
  ])
    expect(paths).toContain(path);
  // Python that runs from where it lies, of which nothing imports a part by its name.
  const drivers = ['python/trainyard_runtime', 'train/sweep/driver'].flatMap((part) =>
    filesUnder(join(root, part)).filter((path) => /\.(py|icc)$/.test(path)),
  );
  expect(drivers.length).toBeGreaterThan(10);
  expect(paths).toEqual(expect.arrayContaining(drivers.map((path) => `dist/${relative(root, path)}`)));
  const unwanted = paths.filter(
    (path) =>
      /(^|\/)test\/|\/test-pictures\/|\.(br|gz|map)$|repository\/(?!digits\/1\/)/.test(path) ||
      /(?<!\.d)\.m?ts$/.test(path),
  );
  expect(unwanted).toEqual([]);
});

test('it installs what it needs, and nothing for development', () => {
  expect(bytesUnder(join(project, 'node_modules'))).toBeLessThan(400 * MB);
  const { dependencies, optionalDependencies, peerDependencies } = JSON.parse(
    readFileSync(join(installed, 'package.json'), 'utf8'),
  );
  const allowed = new Set([
    ...Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }),
    ...builtinModules,
  ]);
  const names =
    /^(?:import|export|\}).* from '([^'.][^']*)'|^import '([^'.][^']*)'|\bimport\('([^'.][^']*)'\)/gm;
  const imported = filesUnder(join(installed, 'dist'))
    // Templates are files of other projects.
    .filter((path) => /\.m?js$/.test(path) && !/\/web-demo\/|\/init\/templates\./.test(path))
    .flatMap((path) => [...readFileSync(path, 'utf8').matchAll(names)])
    .flatMap(([, ...found]) => found.find((name) => name !== undefined) ?? [])
    .map((name) => name.replace(/^node:/, ''))
    .map((name) => /^(@[^/]+\/[^/]+|[^/]+)/.exec(name)?.[0] ?? name);
  // The loader of sources, which only a checkout reaches.
  expect([...new Set(imported)].filter((name) => !allowed.has(name) && name !== 'tsx')).toEqual([]);
});

test('every entry has types, for whoever checks strictly', async () => {
  await npm(project, 'install', '--save-dev', '@types/node@20');
  const lines = Object.entries<string | Record<string, string>>(
    JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')).exports,
  ).map(([entry, target], i) => {
    const name = `trainyard${entry.slice(1)}`;
    for (const file of typeof target === 'string' ? [target] : Object.values(target))
      expect(existsSync(join(installed, file)), file).toBe(true);
    const json = name.endsWith('.json') ? " with { type: 'json' }" : '';
    return `import ${json === '' ? '* as ' : ''}entry${i} from '${name}'${json};\nvoid entry${i};`;
  });
  // The declarations name each other as the sources do, by `./command.ts`: TypeScript finds `./command.d.ts` by that.
  const inner = [
    ['bin/commands.js', 'commands', 'commands[0]?.name'],
    ['models/card.js', 'readCard', 'readCard'],
    ['setup/invocation.mjs', 'command', 'command'],
    [
      'public/index.js',
      'loadModel',
      "(await loadModel('m').then((model) => model.classify('p'))).predictions",
    ],
  ].flatMap(([file, name, typed]) => [
    `import { ${name} } from './node_modules/trainyard/dist/${file}';`,
    `// @ts-expect-error: an unknown type would satisfy this\nvoid (${typed} satisfies undefined);`,
  ]);
  const tensors = [
    "import type * as tf from './node_modules/trainyard/dist/tensorflow/tfjs-node-gpu/dist/index.js';",
    'declare const x: tf.Tensor;',
    '// @ts-expect-error: an unknown type would satisfy this\nvoid (x.relu() satisfies undefined);',
  ];
  await checkStrictly('consumer.mts', [...lines, ...inner, ...tensors], 'node');
  // A model in code needs no types of Node, nor do a page's entries.
  await checkStrictly('model.mts', ["import * as a from 'trainyard';", 'void a;'], '');
  await checkStrictly(
    'page.mts',
    ["import * as a from 'trainyard/browser';", "import * as b from 'trainyard/client';", 'void [a, b];'],
    '',
  );
}, 120_000);

/** The address that a program prints. */
async function printedUrl(output: Readable): Promise<string> {
  let printed = '';
  for await (const chunk of output) {
    printed += chunk;
    const url = /http:\S+/.exec(printed)?.[0];
    if (url !== undefined) return url;
  }
  throw new Error(`no address was printed: ${printed}`);
}

/** Writes `n` pictures of noise in each of the colors, in a folder of its name. */
async function writeColors(where: string, n: number, colors: Readonly<Record<string, string>>) {
  for (const [place, [name, color]] of Object.entries(colors).entries()) {
    mkdirSync(join(where, name), { recursive: true });
    for (let i = 0; i < n; i++)
      await noise(place * n + i)
        .tint(color)
        .png()
        .toFile(join(where, name, `${i}.png`));
  }
}

/** @throws what tsc says of a module with these lines. */
async function checkStrictly(name: string, lines: readonly string[], types: string): Promise<void> {
  writeFileSync(join(project, name), lines.join('\n'));
  const options = '--noEmit --strict --module nodenext --target es2022 --lib es2022,dom --types'.split(' ');
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  await run(process.execPath, [tsc, ...options, types, name], { cwd: project }).catch((error) => {
    throw new Error(error.stdout);
  });
}

test('set-up, training, export, verification, prediction and serving, in the user’s folder; a newer package leaves it', async () => {
  const modules = () =>
    filesUnder(join(project, 'node_modules')).map((path) => `${path} ${lstatSync(path).mtimeMs}`);
  const before = modules();
  await npx('setup');
  // The shipped model, as long as there is no other.
  expect((await trainyard('verify', 'digits')).stdout).toContain('checks hold');

  await writeColors(join(project, 'colors'), 20, { red: '#d02020', green: '#20a030' });
  const small = '--architecture small-cnn --size 16 --batch-size 8 --epochs 6 --augment none --no-live';
  await npx('train', './colors', ...small.split(' '));
  await npx('export');
  expect(readdirSync(join(project, 'runs'))).toEqual(['0001-colors']);
  const model = join(project, 'models/repository/colors/1/model.onnx');
  expect(existsSync(model)).toBe(true);
  expect((await trainyard('verify', 'colors')).stdout).toContain(model);

  const picture = join(project, 'colors/red/0.png');
  // Parquet's writer comes with a reader of its own version.
  const predicted = await trainyard('predict', 'colors', 'colors/red/0.png', '--out', 'colors.parquet');
  expect(predicted.stdout).toMatch(/^colors\/red\/0\.png: red /m);
  const parquet = readFileSync(join(project, 'colors.parquet'), 'latin1');
  expect([parquet.slice(0, 4), parquet.slice(-4)]).toEqual(['PAR1', 'PAR1']);

  const server = spawn(process.execPath, [program, 'serve', '--port', '0'], {
    cwd: project,
    env: environment,
  });
  const { url } = await listening(server);
  const response = await fetch(`${url}/classify?model=colors`, {
    method: 'POST',
    body: new Uint8Array(readFileSync(picture)),
  });
  expect(await response.json()).toMatchObject({ model: 'colors', version: 1, label: 'red' });
  expect((await fetch(url)).status).toBe(200);
  // The package has no compressed copies: they are made while it serves.
  const [runtime = ''] = readdirSync(join(installed, 'dist/web-demo/browser/assets')).filter((name) =>
    /threaded-.*\.wasm$/.test(name),
  );
  const headers = { 'accept-encoding': 'br' };
  const encoding = async () =>
    (await fetch(`${url}/browser/assets/${runtime}`, { headers })).headers.get('content-encoding');
  await expect.poll(encoding, { timeout: 60_000, interval: 500 }).toBe('br');
  server.kill('SIGTERM');
  expect((await once(server, 'exit'))[0]).toBe(0);
  expect(modules()).toEqual(before);

  // As the first versions left it.
  renameSync(join(project, 'runs'), join(installed, 'runs'));
  const missed = await trainyard('inspect', '0001-colors', '--json').catch((error) => error);
  expect(missed).toMatchObject({ code: 1, stdout: '' });
  const [, move = ''] = /^ {2}(mv .*)$/m.exec(missed.stderr) ?? [];
  expect(move).toBe('mv node_modules/trainyard/runs runs');
  await run('sh', ['-c', move], { cwd: project });
  const found = await trainyard('inspect', '0001-colors', '--json');
  expect(JSON.parse(found.stdout)).toBeTypeOf('object');
  expect(found.stderr).not.toContain('earlier version');

  const newer = join(folder, 'package');
  const newest = join(folder, 'newer.tgz');
  await run('tar', ['-xzf', tarball, '-C', folder]);
  const file = join(newer, 'package.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/"version": "[^"]+"/, '"version": "99.0.0"'));
  // As npm packs it, but for the 4 s of a processor that it compresses.
  await run('tar', ['--use-compress-program', 'gzip -1', '-cf', newest, '-C', folder, 'package']);
  await install(project, newest);
  expect((await npx('--version')).stdout.trim()).toBe('99.0.0');
  expect((await trainyard('verify', 'colors')).stdout).toContain(model);
  expect(readdirSync(join(project, 'runs'))).toEqual(['0001-colors']);
}, 300_000);

test('what `trainyard init` makes: its network is trained, exported, tested and served by the steps that it prints', async () => {
  const made = join(folder, 'made');
  const { stdout } = await trainyard('init', made);
  const steps = [...(stdout.split('\nNext:\n')[1] ?? '').matchAll(/^ {2}(.+)$/gm)].map(([, line]) => line);
  expect(steps.slice(1)).toEqual([
    'npm install',
    'npx trainyard setup',
    'npx trainyard train my-digits',
    'npx trainyard export',
    'npm test',
    'npm start',
  ]);
  await npm(made, 'install');
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const inMade = (file: string, ...words: string[]) => run(file, words, { cwd: made, env: environment });
  const types = await inMade(process.execPath, tsc).catch((error) => error);
  expect(types.stdout).toBe('');
  await inMade('npx', 'trainyard', 'train', 'my-digits', '--epochs', '1');
  expect((await inMade('npx', 'trainyard', 'export', '--no-novelty')).stdout).toMatch(
    /written .* my-digits version 1: .*models\/repository\/my-digits\/1\/model\.onnx/,
  );
  expect((await inMade('npm', 'test')).stdout).toMatch(/^# pass 1$/m);
  const server = spawn('npm', ['start'], {
    cwd: made,
    env: { ...environment, PORT: String(await freePort()) },
    detached: true,
  });
  try {
    const url = await printedUrl(server.stdout);
    expect(await (await fetch(url)).text()).toContain("fetch('classify'");
    const body = new Uint8Array(readFileSync(join(made, 'pictures/seven.png')));
    const response = await fetch(`${url}/classify`, { method: 'POST', body });
    expect(await response.json()).toMatchObject({ model: 'my-digits', label: '7' });
  } finally {
    if (server.pid !== undefined) process.kill(-server.pid, 'SIGKILL');
  }
}, 300_000);

describe('the examples of README.md and of the pages on code', () => {
  const key = { 'x-api-key': 'change-me-change-me-change-me' };
  let picture: Buffer;
  const post = (url: string, headers = {}) =>
    fetch(url, { method: 'POST', body: new Uint8Array(picture), headers });

  beforeAll(async () => {
    picture = await digitPng(0);
    // The shipped model is what there is.
    rmSync(join(project, 'models'), { recursive: true, force: true });
    writeFileSync(join(project, 'digit.png'), picture);
    writeFileSync(join(project, 'notes.txt'), 'no picture');
    copyFileSync(join(installed, 'models/repository/digits/1/model.onnx'), join(project, 'model.onnx'));
    await npm(project, 'install', 'express', '@types/express');
  }, 120_000);

  test('all compile under strict', async () => {
    expect(examples).toHaveLength(14);
    await compileExamples(project);
  }, 60_000);

  test('one picture, and several', async () => {
    const one = await runExample(
      project,
      exampleWith('top: 3 });\nconsole.log(label, probability, predictions)'),
      environment,
    );
    expect(one).toMatch(/^7 0\.9999\d+ \[\s*\{ label: '7', probability: 0\.9999\d+ \},/);
    const several = await runExample(project, exampleWith("PictureError } from 'trainyard'"), environment);
    expect(several).toMatch(/^\[ '7', '7' \]\nnotes\.txt: received a text/);
  }, 60_000);

  test.each([
    ['Express', 'toNodeHandler', '/ai/classify', key, 401],
    ['Hono', '@hono/node-server', '/ai/classify', {}, 200],
  ])(
    'in an app of %s, and the client',
    async (_, text, path, headers, without) => {
      const port = await freePort();
      const url = `http://localhost:${port}`;
      const { child, printed } = startExample(project, exampleWith(text), environment, port);
      try {
        const answer = () => post(url + path, headers).then((response) => response.json(), printed);
        await expect
          .poll(answer, { timeout: 30_000, interval: 100 })
          .toMatchObject({ model: 'digits', label: '7' });
        expect((await post(url + path)).status).toBe(without);
        expect((await post(`${url}/classify`, headers)).status).toBe(404);
        const { models } = (await (await fetch(`${url}/ai/models`, { headers })).json()) as {
          models: { url: string; bytes: number }[];
        };
        const file = await fetch(url + models[0]?.url, { headers });
        expect((await file.arrayBuffer()).byteLength).toBe(models[0]?.bytes);
      } finally {
        child.kill();
      }
    },
    60_000,
  );

  test('a route by itself, from what the package exports', async () => {
    const code = `${exampleWith('export const POST')}
      const body = await (await import('node:fs')).openAsBlob('digit.png');
      const response = await POST(new Request('http://app/any/where', { method: 'POST', body }));
      console.log(response.status, (await response.json() as any).label);`;
    expect(await runExample(project, code, environment)).toBe('200 7\n');
  }, 60_000);

  test('training: a folder to a file, an early end and more epochs, and a mistake; nothing else is printed', async () => {
    await writeNoise(join(project, 'photos'), 20, ['a', 'b']);
    mkdirSync(join(project, 'nothing-in-it'));
    // Small and quick; the process has the handlers that it had, and ends by itself.
    const quick = (text: string) =>
      `const before = JSON.stringify(process.eventNames());
${exampleWith(text)
  .replaceAll('epochs:', "architecture: 'small-cnn', size: 16, batchSize: 4, epochs:")
  .replace("{ architecture: 'small-cnn', size: 16, batchSize: 4, epochs: 3 }", '{ epochs: 3 }')}
if (JSON.stringify(process.eventNames()) !== before) throw new Error(process.eventNames().join());`;
    const whole = await runExample(project, quick("{ file: 'photos.onnx' }"), environment);
    expect(whole).toMatch(
      /^(epoch \d: [\d.]+ % wrong\n){5}\S+\/project\/photos\.onnx \[ 'a', 'b' \] \{[^}]*accuracy: [\d.]+[^}]*\}\n$/,
    );
    const model = await loadModel(join(project, 'photos.onnx'), { workers: 1 });
    expect((await model.classify(join(project, 'photos/a/0.png'))).predictions).toHaveLength(2);
    await model.close();
    // README's two: trained and exported, then asked; in a repository of its own, since other tests serve that of the project.
    const repository = join(folder, 'repository-of-readme');
    const inRepository = { ...environment, TRAINYARD_REPOSITORY: repository };
    expect(await runExample(project, quick('console.log(path);'), inRepository)).toMatch(
      /^([\d.]+\n){5}\S+\/repository-of-readme\/photos\/1\/model\.onnx\n$/,
    );
    copyFileSync(join(root, 'cat.png'), join(project, 'cat.png'));
    const asked = exampleWith("loadModel('models/repository/photos/1").replace(
      'models/repository',
      repository,
    );
    expect(await runExample(project, asked, environment)).toMatch(/^[ab] 0\.\d+\n$/);
    expect(await runExample(project, quick('for await'), environment)).toMatch(
      /^1 [\d.]+ [\d.]+\n2 [\d.]+ [\d.]+\n\d{4}-photos false 2 [\d.]+\ntrue 3 \S+\/project\/runs\/\d{4}-photos\/report\.html\n$/,
    );
    expect(await runExample(project, quick('trainCarefully'), environment)).toMatch(
      /^The pictures: .*nothing-in-it/,
    );
  }, 120_000);

  test('training where TensorFlow is not ready says what makes it ready, before anything else is done', async () => {
    const code = `import { train } from 'trainyard/train';
      const error = await train('./photos').catch((error) => error);
      console.log(error.name, error.message);`;
    const bare = { ...environment, TRAINYARD_CACHE: join(folder, 'no-cache') };
    expect(await runExample(project, code, bare)).toMatch(
      /^UserError TensorFlow could not be loaded \(.*\)\. To make it ready: npx trainyard setup --for train\n$/,
    );
  }, 60_000);

  test('a model of tf.layers: trained, gone on with, and made a file that answers', async () => {
    const trained = exampleWith('model.optimizer.iterations');
    expect(await runExample(project, trained, environment)).toMatch(/^2 [\d.]+\n3 24$/m);
    const light = exampleWith("file: 'light.onnx'");
    for (const _ of ['trained', 'gone on with'])
      expect(await runExample(project, light, environment)).toMatch(/^\[ 'dark', 'light' \] light$/m);
    const kept = ['environment.json', 'last.safetensors', 'model.json', 'times.json'];
    expect(readdirSync(join(project, 'runs/light')).sort()).toEqual(kept);
  }, 120_000);

  test('in a bundle it says that it cannot be bundled', async () => {
    for (const format of ['esm', 'cjs'] as const) {
      const outfile = join(project, `bundle.${format === 'esm' ? 'mjs' : 'cjs'}`);
      const stdin = {
        contents: `import { loadModel } from 'trainyard'; void loadModel;`,
        resolveDir: project,
      };
      await build({ stdin, outfile, bundle: true, platform: 'node', format, logLevel: 'silent' });
      await expect(run(process.execPath, [outfile], { cwd: project })).rejects.toThrow(
        /Trainyard was bundled, and cannot find its own files\. Leave it out of the bundle/,
      );
    }
  }, 60_000);

  test('the client asks a server', async () => {
    const server = spawn(process.execPath, [program, 'serve', '--port', '0'], {
      cwd: project,
      env: environment,
    });
    const { url } = await listening(server);
    const said = await runExample(
      project,
      exampleWith('createClient'),
      environment,
      Number(new URL(url).port),
    );
    server.kill();
    expect(said).toMatch(/^7 0\.9999\d+ digits\/1\n\[ 'digits' \]\nreceived a text/);
  }, 60_000);
});

test('without its optional packages it is small, reads plain pictures, and says what others need', async () => {
  create = await pack(join(root, 'create-trainyard'));
  // Named, what koffi's own optional packages hold is there: koffi would compile it, for 20 s of a processor.
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules/koffi/package.json'), 'utf8'));
  const compiled = `@koromix/koffi-${process.platform}-${process.arch}@${version}`;
  await install(bare, tarball, join(folder, create.filename), compiled, '--omit=optional');
  expect(existsSync(join(bare, 'node_modules/sharp'))).toBe(false);
  expect(bytesUnder(join(bare, 'node_modules'))).toBeLessThan(200 * MB);
  const digit = await digitPng(0);
  writeFileSync(join(bare, 'seven.png'), digit);
  writeFileSync(join(bare, 'seven.jpg'), await sharp(digit).jpeg().toBuffer());
  writeFileSync(join(bare, 'seven.webp'), await sharp(digit).webp().toBuffer());
  const words = ['predict', 'digits', 'seven.png', 'seven.jpg', 'seven.webp', '--json'];
  const predicted = run(
    process.execPath,
    [join(bare, 'node_modules/trainyard/bin/trainyard.mjs'), ...words],
    { cwd: bare, env: environment },
  );
  const ended = await predicted.catch((error) => error);
  expect(ended).toMatchObject({
    code: 1, // one file has no prediction
    stderr: expect.stringContaining(
      'Without the optional package sharp only plain JPEG, PNG and BMP files are read: npm install sharp',
    ),
  });
  expect(JSON.parse(ended.stdout).predictions).toMatchObject([
    { file: 'seven.png', label: '7' },
    { file: 'seven.jpg', label: '7' },
    { file: 'seven.webp', error: expect.stringContaining('npm install sharp') },
  ]);
}, 180_000);

test('in an image, by the steps of the Dockerfile, it is small and serves: not as root, on a root that it cannot write', async ({
  skip,
}) => {
  skip(whyNoImage !== '', whyNoImage);
  await checkImage(tarball, join(folder, 'image'));
}, 240_000);

test('`npm create trainyard` makes the project that `trainyard init` makes, from two tarballs', async () => {
  expect(create.files.map(({ path }) => path)).toEqual([
    'LICENSE',
    'README.md',
    'create-trainyard.mjs',
    'package.json',
  ]);
  // npm runs the bin of create-trainyard, as it does of one that it has fetched.
  const { stdout } = await npm(bare, 'create', 'trainyard', 'my-app', '--offline');
  expect(stdout).toContain('\nNext:\n  cd my-app\n  npm install\n');
  await run('npx', ['trainyard', 'init', 'same/my-app'], { cwd: bare, env: environment });
  const [made, same] = ['my-app', 'same/my-app'].map((path) => join(bare, path));
  const filesOf = (path = '') =>
    filesUnder(path).map((file) => [relative(path, file), readFileSync(file, 'utf8')]);
  expect(filesOf(made)).toEqual(filesOf(same));
  expect(filesOf(made).length).toBeGreaterThan(8);
}, 240_000);

test('create-trainyard has the version of the package, and asks for it', () => {
  const read = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'));
  const [{ version, engines, license }, create] = [
    read('package.json'),
    read('create-trainyard/package.json'),
  ];
  expect(create).toMatchObject({ version, engines, license, dependencies: { trainyard: `^${version}` } });
});
