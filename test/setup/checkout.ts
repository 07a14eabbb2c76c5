// A checkout to try set-up in: the real setup/ folder, stand-ins for the programs that it calls, an empty cache.
import { type ChildProcess, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fetchTarball } from '../../setup/install/tarball.mjs';
import { turbojpegPath } from '../../setup/libraries/turbojpeg.mjs';
import { which } from '../../setup/machine/system.mjs';
import { root } from '../../setup/paths.mjs';
import { files as mnistFiles, tarball as mnistTarball } from '../../setup/steps/mnist.mjs';
import { tarball as turbojpegTarball } from '../../setup/steps/turbojpeg.mjs';

const fakes = fileURLToPath(new URL('fakes', import.meta.url));
const scripts = { npm: 'npm.mjs', 'python3.12': 'python.mjs', 'g++': 'compiler.mjs' };

export type Program = keyof typeof scripts | 'tar';

export interface Result {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Checkout {
  folder: string;
  cache: string;
  /** Runs `node setup/<script>.mjs` to its end; `node` are arguments of Node itself. */
  run(
    args: string[],
    env?: Record<string, string>,
    options?: { script?: string; node?: string[] },
  ): Promise<Result>;
  /** Starts set-up. */
  start(args: string[]): ChildProcess;
  /** Starts set-up and waits for the stand-ins' record to hold `call`. */
  startUntil(call: string, args: string[], env: Record<string, string>): Promise<ChildProcess>;
  /** What the stand-ins were asked to do so far. */
  calls(): string[];
  /** Puts one more stand-in on the PATH. */
  install(program: Program): void;
  remove(): void;
}

/**
 * Makes a checkout in the system's temporary folder.
 * @param programs the stand-ins on its PATH; nothing else is on it
 * @param options  `data` false: the cache does not hold MNIST, or files of its size; `library` false: nor libjpeg-turbo
 */
export async function makeCheckout(
  programs: Program[] = ['npm', 'python3.12', 'g++', 'tar'],
  { data = true, library = true } = {},
): Promise<Checkout> {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-setup-'));
  const bin = join(folder, 'bin');
  const cache = join(folder, 'cache');
  const record = join(folder, 'calls');
  mkdirSync(bin);
  cpSync(join(root, 'setup'), join(folder, 'setup'), { recursive: true });
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  for (const name of readdirSync(join(root, 'train', 'graph')).filter((each) => /\.(cc|h)$/.test(each)))
    cpSync(join(root, 'train', 'graph', name), join(folder, 'train', 'graph', name));
  writeFileSync(
    join(folder, 'package-lock.json'),
    JSON.stringify({ packages: { '': {}, 'node_modules/tsx': { dev: true } } }),
  );
  for (const program of programs) install(bin, program);
  if (data) imitateMnist(join(cache, 'datasets', 'mnist'));
  if (library) {
    mkdirSync(join(cache, 'libraries'), { recursive: true });
    writeFileSync(join(cache, 'libraries', basename(turbojpegPath())), '');
  }

  await fetchTarball(turbojpegTarball);
  const environment = {
    PATH: bin,
    HOME: folder,
    TRAINYARD_CACHE: cache,
    FAKE_CALLS: record,
    FAKE_REGISTRY: dirname(await fetchTarball(mnistTarball)),
    FAKE_ONNXRUNTIME_NODE: onnxruntimeVersion(),
    REAL_PATH: process.env.PATH ?? '',
  };
  const start = (
    args: string[],
    env: Record<string, string>,
    { script = 'main', node = [] as string[] } = {},
  ) =>
    spawn(process.execPath, [...node, join(folder, 'setup', `${script}.mjs`), ...args], {
      cwd: folder,
      env: { ...environment, ...env },
    });
  const calls = () => (existsSync(record) ? readFileSync(record, 'utf8').trim().split('\n') : []);

  return {
    folder,
    cache,
    start: (args) => start(args, {}),
    run: (args, env = {}, options = {}) => finish(start(args, env, options)),
    startUntil: async (call, args, env) => {
      const child = start(args, env);
      while (!calls().includes(call) && child.exitCode === null)
        await new Promise((resolve) => setTimeout(resolve, 10));
      return child;
    },
    calls,
    install: (program) => install(bin, program),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Waits for a process to end. */
export async function finish(child: ChildProcess): Promise<Result> {
  const texts = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    texts.stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    texts.stderr += text;
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, ...texts };
}

/** The version that package-lock.json pins. */
export function onnxruntimeVersion(): string {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return lock.packages['node_modules/onnxruntime-node'].version;
}

/** Set-up looks at the sizes of what it has unpacked: empty space will do. */
function imitateMnist(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const { name, bytes } of mnistFiles) {
    writeFileSync(join(folder, name), '');
    truncateSync(join(folder, name), bytes);
  }
}

function install(bin: string, program: Program): void {
  const path = join(bin, program);
  if (program === 'tar') {
    symlinkSync(which('tar') ?? '', path);
    const gzip = which('gzip');
    if (gzip) symlinkSync(gzip, join(bin, 'gzip'));
    return;
  }
  // Python must know by which path it was called, as the real one does in a virtual environment.
  const self = program === 'python3.12' ? '"$0"' : '';
  const line = `exec "${process.execPath}" "${join(fakes, scripts[program])}" ${self} "$@"`;
  writeFileSync(path, `#!/bin/sh\n${line}\n`, { mode: 0o755 });
}
