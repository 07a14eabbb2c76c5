// `npm run bench serve`: requests per second, times and memory of this server against FastAPI, LitServe and BentoML.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineCommand } from 'citty';
import { root } from '../../setup/paths.mjs';
import { rivals, trainyard } from './serve/contenders.ts';
import { findLimit } from './serve/limits.ts';
import { openWorkload, workloads } from './serve/loads.ts';
import { bestSettings, race } from './serve/race.ts';
import { merge, preamble, section } from './serve/report.ts';
import { need } from './support/needs.ts';

const page = join(root, 'docs', 'bench-serve.md');

export const command = defineCommand({
  meta: { name: 'bench serve', description: 'Race the server against what else serves ONNX files' },
  args: {
    rounds: { type: 'string', default: '3', description: 'Rounds; each lets every server work once' },
    seconds: { type: 'string', default: '5', description: 'How long a turn is' },
    connections: { type: 'string', default: '1,8,32,64', description: 'Numbers of connections' },
    only: { type: 'string', description: `One of the loads: ${workloads.join(', ')}` },
    settings: { type: 'string', default: '', description: 'Only settings of rivals with these words' },
    starts: { type: 'string', default: '3', description: 'Cold starts of which the median is taken' },
    decode: { type: 'string', description: 'exact or fast alone' },
    write: { type: 'boolean', description: 'Write these tables into docs/bench-serve.md' },
  },
  async run({ args }) {
    await need('wrk', 'python');
    const options = {
      rounds: Number(args.rounds),
      seconds: Number(args.seconds),
      connections: args.connections.split(',').map(Number),
      starts: Number(args.starts),
    };
    const parts = [preamble()];
    console.log(parts[0]);
    const folder = mkdtempSync(join(tmpdir(), 'trainyard-bench-'));
    try {
      for (const name of workloads.filter((name) => args.only === undefined || args.only === name)) {
        const workload = await openWorkload(name, folder);
        for (const decoding of workload.decoding) {
          if (args.decode !== undefined && args.decode !== decoding) continue;
          const all = await rivals(workload, decoding);
          const some = all.filter(({ settings }) => settings.includes(args.settings));
          const best = await bestSettings(some, workload);
          const limit = await findLimit(workload, decoding);
          const contenders = [trainyard(workload, decoding), ...best];
          const result = await race(contenders, limit, workload, decoding === 'exact', options);
          await limit.end();
          parts.push(section(workload, decoding, limit.name, result, options));
          console.log(`\n${parts.at(-1)}`);
        }
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
    if (args.write) writeFileSync(page, merge(readFileSync(page, 'utf8'), parts));
  },
});
