// What is promised of compiled sources: they do what the sources do, and are made anew when one has changed, not before.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { compiled } from '../../setup/modules/compiled.mjs';
import { isCompiled } from '../../setup/modules/is-compiled.mjs';
import { root, stateFolder } from '../../setup/paths.mjs';

mkdirSync(stateFolder, { recursive: true });
const folder = mkdtempSync(join(stateFolder, 'compiled-test-'));
const [entry = '', other = ''] = ['entry.ts', 'other.ts'].map((name) => relative(root, join(folder, name)));
const made: string[] = [];

afterAll(() => {
  rmSync(folder, { recursive: true });
  for (const address of made) rmSync(fileURLToPath(address), { force: true });
  for (const source of [entry, other])
    rmSync(join(stateFolder, 'compiled', `${source.replaceAll('/', '-')}.json`), { force: true });
});

function write(name: string, text: string): void {
  writeFileSync(join(folder, name), text);
}

async function run(): Promise<{ address: string; text: string; here: string }> {
  const address = (await compiled(entry)) ?? '';
  made.push(address);
  return { address, ...(await import(/* @vite-ignore */ address)) };
}

beforeEach(() => {
  write('entry.ts', "export { text } from './other.ts';\nexport const here: string = import.meta.url;\n");
  write('other.ts', "export const text: string = 'first';\n");
});

test('sources run, and find files beside themselves', async () => {
  const { text, here } = await run();
  expect(text).toBe('first');
  expect(here).toBe(pathToFileURL(join(folder, 'entry.ts')).href);
});

test('two are made at once, of which one takes longer', async () => {
  const path = relative(folder, join(root, 'bin/commands.ts'));
  write('entry.ts', `export { text } from './other.ts';\nexport const later = () => import('${path}');\n`);
  const addresses = await Promise.all([compiled(entry), compiled(other)]);
  for (const address of addresses) {
    made.push(address ?? '');
    expect((await import(/* @vite-ignore */ address ?? '')).text).toBe('first');
  }
});

test('a file that a full disk has cut is made anew', async () => {
  const { address } = await run();
  const path = fileURLToPath(address);
  const whole = readFileSync(path, 'utf8');
  for (const cut of ['', whole.slice(0, -1)]) {
    writeFileSync(path, cut);
    expect(await compiled(entry)).toBe(address);
    expect(readFileSync(path, 'utf8')).toBe(whole);
  }
});

test('a text that names import.meta.url stays', async () => {
  write('other.ts', 'export const text: string = `of import.meta.url`;\n');
  expect((await run()).text).toBe('of import.meta.url');
});

test('code knows whether it was compiled', async () => {
  const path = relative(folder, join(root, 'setup/modules/is-compiled.mjs'));
  write('other.ts', `import { isCompiled } from '${path}';\nexport const text = String(isCompiled);\n`);
  expect([isCompiled, (await run()).text]).toEqual([false, 'true']);
});

test('a bug is told by its place in the sources', async () => {
  write('other.ts', "interface Gone { a: 1 }\nexport const text = new Error('bug').stack ?? '';\n");
  const program = `process.setSourceMapsEnabled(true); console.log((await import('${(await run()).address}')).text)`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  expect(stdout).toContain(`${join(folder, 'other.ts')}:2:21`);
});

test('what a command and the library of recipe files both import is one module', async () => {
  const command = withClass(fileURLToPath((await compiled('bin/main.ts')) ?? ''));
  const library = withClass(fileURLToPath((await compiled('public/train.ts')) ?? ''));
  expect(command).toHaveLength(1);
  expect(library).toEqual(command);
});

/** The files in which our class of errors is, of a compiled file and all that it imports of compiled ones. */
function withClass(path: string, seen = new Set<string>()): string[] {
  if (seen.has(path)) return [];
  seen.add(path);
  const code = readFileSync(path, 'utf8');
  const imported = [...code.matchAll(/(?:from |import\(|import )"\.\/([^"]+)"/g)].map(([, name = '']) =>
    join(dirname(path), name),
  );
  return [
    ...(/\bclass UserError extends/.test(code) || /UserError = class/.test(code) ? [path] : []),
    ...imported.flatMap((each) => withClass(each, seen)),
  ];
}

test('what has not changed is not made again', async () => {
  const { address } = await run();
  writeFileSync(fileURLToPath(address), "export const text = 'kept';");
  expect(await compiled(entry)).toBe(address);
  rmSync(fileURLToPath(address));
  expect((await run()).text).toBe('first');
});

test.each(['other.ts', 'entry.ts'])('a change of %s is seen', async (name) => {
  const before = await run();
  write(name, "export const text = 'second, and longer';\n");
  const after = await run();
  expect([before.text, after.text]).toEqual(['first', 'second, and longer']);
  expect(basename(after.address)).not.toBe(basename(before.address));
});

test('files of older sources go after a month, others stay', async () => {
  const files: string[] = [];
  for (const text of ['long ago', 'lately', 'now']) {
    write('other.ts', `export const text = '${text}';\n`);
    files.push(fileURLToPath((await run()).address));
  }
  const [longAgo = '', lately = '', now = ''] = files;
  const before = new Date(Date.now() - 31 * 24 * 60 * 60 * 1000);
  for (const file of [longAgo, now]) utimesSync(file, before, before);
  made.push((await compiled(other)) ?? '');
  expect([longAgo, lately, now].map((file) => existsSync(file))).toEqual([false, true, true]);
});

test('a mistake in a source is told', async () => {
  write('other.ts', 'export const text = ;\n');
  await expect(compiled(entry)).rejects.toThrow(/other\.ts.*Unexpected ";"/);
});
