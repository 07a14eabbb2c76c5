// `npm run bench photos`: how long it takes from a folder of pictures to a served model, as a user types it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineCommand } from 'citty';
import { root } from '../../setup/paths.mjs';
import { need } from './support/needs.ts';
import { startServer } from './support/server.ts';
import { table } from './support/statistics.ts';

export const command = defineCommand({
  meta: { name: 'photos', description: 'Time from a folder of pictures to a served model' },
  args: {
    each: { type: 'string', description: 'Pictures of each class', default: '180' },
    classes: { type: 'string', description: 'Classes of CIFAR-10', default: 'cat,dog' },
  },
  async run({ args }) {
    await need('cifar10');
    const folder = mkdtempSync(join(tmpdir(), 'trainyard-photos-'));
    const [photos, models] = [join(folder, 'photos'), join(folder, 'models')];
    const places = { TRAINYARD_RUNS: join(folder, 'runs') };
    const bin = join(root, 'bin', 'trainyard.mjs');
    const run = (...words: string[]): string => {
      const env = { ...process.env, ...places };
      const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...words], {
        env,
        encoding: 'utf8',
      });
      if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
      return stdout;
    };
    const timed = (...words: string[]): { seconds: number; text: string } => {
      const started = performance.now();
      const text = run(...words);
      return { seconds: (performance.now() - started) / 1000, text };
    };
    try {
      run('photos', photos, '--each', args.each, '--classes', args.classes);
      const trained = timed('train', photos, '--no-live');
      const exported = timed('export', '--repository', models);
      const [label = ''] = readdirSync(photos);
      const [name = ''] = readdirSync(join(photos, label));
      const picture = readFileSync(join(photos, label, name));
      const server = await startServer(
        (port) => ({
          command: process.execPath,
          args: [bin, 'serve', '--repository', models, '--port', String(port)],
        }),
        (url) => fetch(url, { method: 'POST', body: new Uint8Array(picture) }),
      );
      await server.end();
      const served = server.coldStart / 1000;
      console.log(trained.text);
      const whole = trained.seconds + exported.seconds + served;
      const rows = [
        ['train', trained.seconds],
        ['export', exported.seconds],
        ['serve, to the first answer', served],
        ['in all', whole],
      ] as const;
      const cells = rows.map(([what, seconds]) => [what, seconds.toFixed(1)]);
      console.log(table(['what', 'seconds'], cells));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
});
