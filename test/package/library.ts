// The examples of README.md and of the pages on code, as files of a project that has the package: compiled under
// `strict`, then run.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { transformSync } from 'esbuild';
import { root } from '../../setup/paths.mjs';

const run = promisify(execFile);

const read = (page: string) => readFileSync(join(root, page), 'utf8');

/** The code blocks of these pages, each with the imports that it has. */
export const examples = ['README.md', 'docs/library.md', 'docs/train-in-code.md', 'docs/tfjs.md'].flatMap(
  (page) => [...read(page).matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code),
);

/** The only example with this text in it. @throws Error when there is none, or several. */
export function exampleWith(text: string): string {
  const found = examples.filter((code) => code.includes(text));
  if (found.length !== 1 || found[0] === undefined)
    throw new Error(`${found.length} examples have ${JSON.stringify(text)}, expected one`);
  return found[0];
}

/** Compiles all examples in a project. @throws Error with what tsc says. */
export async function compileExamples(project: string): Promise<void> {
  const names = examples.map((code, i) => {
    const name = `example${i}.mts`;
    writeFileSync(join(project, name), code);
    return name;
  });
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const options = '--strict --module nodenext --target es2023 --lib es2023,dom --types node'.split(' ');
  await run(process.execPath, [tsc, ...options, '--noEmit', ...names], { cwd: project }).catch((error) => {
    throw new Error(error.stdout);
  });
}

/** An example that runs: its process, and what it has printed so far. */
export interface RunningExample {
  readonly child: ChildProcess;
  readonly printed: () => string;
}

/**
 * Starts an example, without its types.
 *
 * @param port - in the place of 3000.
 */
export function startExample(
  project: string,
  code: string,
  env: NodeJS.ProcessEnv,
  port = 3000,
): RunningExample {
  const { code: javascript } = transformSync(code.replaceAll('3000', String(port)), {
    loader: 'ts',
    format: 'esm',
  });
  const file = join(project, `example-${randomUUID()}.mjs`);
  writeFileSync(file, javascript);
  const child = spawn(process.execPath, [file], { cwd: project, env });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      printed += chunk;
    });
  return { child, printed: () => printed };
}

/** Runs an example to its end. @throws Error with what it printed when it fails. */
export async function runExample(...[project, code, env, port]: Parameters<typeof startExample>) {
  const { child, printed } = startExample(project, code, env, port);
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Error(`it ended with ${status}:\n${printed()}`);
  return printed();
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
