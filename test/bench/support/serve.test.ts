// What is promised of the server in benchmarks: it is started as `npm run serve` starts it.
import { expect, it } from 'vitest';
import { commandFile } from '../../../setup/paths.mjs';
import { colors, fillRepository, temporaryFolder } from '../../serve/harness.ts';
import { serveProgram } from './serve.ts';
import { startServer } from './server.ts';

it('has the options of Node that the script of package.json has', () => {
  const { command, args } = serveProgram(['--threads', '1'], ['--expose-gc'])(8000);
  expect([command, ...args]).toEqual([
    process.execPath,
    '--expose-gc',
    '--max-semi-space-size=8',
    commandFile,
    'serve',
    '--threads',
    '1',
    '--port',
    '8000',
  ]);
});

it('starts and answers', async () => {
  const folder = await temporaryFolder();
  await fillRepository(folder.path, [colors]);
  try {
    const server = await startServer(serveProgram(['--repository', folder.path]), (url) =>
      fetch(new URL('/healthz', url)),
    );
    const status = async () => (await fetch(new URL('/readyz', server.url))).status;
    await expect.poll(status, { timeout: 30_000 }).toBe(200);
    await server.end();
  } finally {
    await folder.remove();
  }
}, 60_000);
