// How test files share a process: each runs once, and what one leaves in its process fails it alone.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { root } from '../setup/paths.mjs';
import { testFiles } from './processes.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'trainyard-processes-')));
afterAll(() => rmSync(folder, { recursive: true }));

test('every test file is run once, in a process of its own or in one that others share', () => {
  const { alone, shared } = testFiles();
  const { stdout } = spawnSync('find', ['test', '-name', '*.test.ts'], { cwd: root, encoding: 'utf8' });
  expect([...alone, ...shared].sort()).toEqual(stdout.trim().split('\n').sort());
  expect(shared.length).toBeGreaterThan(50);
});

/** Files that share a process, in the order of their names: what each does in its test, and what it is said to change. */
const files: Record<string, { does: string; changes?: string }> = {
  'a-variable': { does: "process.env.LEFT = 'here'", changes: 'variable LEFT' },
  'b-variable-gone': { does: 'delete process.env.GIVEN', changes: 'variable GIVEN' },
  'c-folder': { does: "process.chdir('/')", changes: 'folder' },
  'd-status': { does: 'process.exitCode = 3', changes: 'exit status' },
  'e-listener': { does: "process.on('SIGTERM', () => {})", changes: 'listeners of SIGTERM' },
  'f-global': { does: 'globalThis.document = {}', changes: 'global document' },
  'g-replaced': { does: 'globalThis.queueMicrotask = () => {}', changes: 'global queueMicrotask' },
  // Everything that vitest takes back: the next file would see it.
  'h-stubs': {
    does: `vi.stubEnv('STUBBED', '1'); vi.stubGlobal('fetch', 1); vi.spyOn(globalThis, 'structuredClone');
      vi.useFakeTimers()`,
  },
  'i-nothing': {
    does: `expect([process.env.STUBBED, typeof fetch, vi.isMockFunction(structuredClone), vi.isFakeTimers()])
      .toEqual([undefined, 'function', false, false]);
    expect([process.env.GIVEN, process.env.LEFT, process.cwd()]).toEqual(['given', undefined, process.env.FOLDER])`,
  },
};

test('what a file leaves in a process that others share fails it, and none of the next', () => {
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const [name, { does }] of Object.entries(files))
    writeFileSync(
      join(folder, `${name}.test.js`),
      `import { expect, it, vi } from 'vitest';\nit('works', () => { ${does}; expect(1).toBe(1); });`,
    );
  const config = {
    pool: 'forks',
    isolate: false,
    maxWorkers: 1,
    setupFiles: [join(root, 'test/leaves-nothing.ts')],
    reporters: ['json'],
    outputFile: join(folder, 'told.json'),
  };
  writeFileSync(
    join(folder, 'vitest.config.js'),
    `import { BaseSequencer } from 'vitest/node';
    class ByName extends BaseSequencer {
      sort(files) { return files.toSorted((a, b) => (a.moduleId < b.moduleId ? -1 : 1)); }
    }
    export default {
      server: { fs: { strict: false } },
      test: { ...${JSON.stringify(config)}, sequence: { sequencer: ByName } },
    };`,
  );
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const { stderr } = spawnSync(process.execPath, [vitest, 'run'], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, GIVEN: 'given', FOLDER: folder, NO_COLOR: '1' },
  });
  const told: { name: string; message: string; status: string }[] = JSON.parse(
    readFileSync(join(folder, 'told.json'), 'utf8'),
  ).testResults;
  expect(told, stderr).toHaveLength(Object.keys(files).length);
  for (const [name, { changes }] of Object.entries(files)) {
    const { status = '', message = '' } = told.find((file) => file.name.includes(`/${name}.`)) ?? {};
    expect({ name, message, status }).toEqual({
      name,
      message: changes === undefined ? '' : expect.stringContaining(`expected [ '${changes}' ]`),
      status: changes === undefined ? 'passed' : 'failed',
    });
  }
});
