// What is promised of a server that runs for long: new versions, also broken ones, are added under load, and no request fails.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { serve } from '../../serve/main.ts';
import { broken } from '../bench/soak/versions.ts';
import { keepAsking } from './clients.ts';

import { fillRepository, temporaryFolder } from './harness.ts';
import { stroke } from './pictures.ts';

test('good and broken versions in turn, under load: no request fails, and what works serves', async () => {
  const { path, remove } = await temporaryFolder();
  await fillRepository(path, [{ seed: 1 }]);
  const log: string[] = [];
  const server = await serve({
    repository: path,
    host: '127.0.0.1',
    port: 0,
    watch: 50,
    log: (line) => log.push(line),
  });
  const clients = keepAsking(`${server.url}/classify`, await stroke(), 8);
  try {
    let version = 1;
    for (const [i, bytes] of broken.entries()) {
      const bad = ++version;
      await mkdir(join(path, 'digits', String(bad)));
      await writeFile(join(path, 'digits', String(bad), 'model.onnx'), bytes);
      await expect.poll(() => log.join('\n'), { timeout: 20_000 }).toContain(`digits/${bad} is left out`);
      await fillRepository(path, [{ seed: i + 2 }]);
      version++;
      await expect.poll(() => newest(server.url), { timeout: 20_000 }).toBe(version);
    }
    const before = clients.answered();
    await expect.poll(clients.answered, { timeout: 20_000 }).toBeGreaterThan(before + 20);
  } finally {
    await clients.stop();
    await server.close();
    await remove();
  }
  expect(clients.failures).toEqual([]);
});

async function newest(url: string): Promise<number> {
  const { models } = await (await fetch(`${url}/models`)).json();
  return models.find(({ newest }: { newest: boolean }) => newest).version;
}
