// What this machine could do without HTTP: decoding, resizing and onnxruntime in as many processes as there are cores.
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { root } from '../../../setup/paths.mjs';
import { type Child, node, type Program, start } from '../support/child.ts';
import { interpreterOf } from './environments.ts';
import type { Decoding, Workload } from './loads.ts';

export interface Limit {
  /** Name of the fastest. */
  readonly name: string;
  /** Lets all processes work for some seconds. @returns pictures per second of all together. */
  turn(seconds: number): Promise<number>;
  end(): Promise<void>;
}

/** Pictures in one run. */
const BATCHES = [1, 8, 32];

/** Seconds of the trial that finds the fastest. */
const TRIAL = 2;

const folder = join(root, 'test', 'bench', 'serve');

/** The fastest of our own decoder and Pillow, at several sizes of a batch. */
export async function findLimit(workload: Workload, decoding: Decoding): Promise<Limit> {
  const python = await interpreterOf('fastapi');
  const { file, files, pictures } = workload;
  let best: { name: string; program: Program; perSecond: number } | undefined;
  for (const batch of BATCHES) {
    const programs = {
      'our decoder': node(join(folder, 'limit.ts'), file, files, `${pictures.length}`, `${batch}`, decoding),
      Pillow: {
        command: python,
        args: [join(folder, 'python', 'limit.py'), files, `${pictures.length}`, `${batch}`],
        env: { MODEL: file, ORT_THREADS: '1', DRAFT: decoding === 'fast' ? '1' : '0' },
      },
    };
    for (const [decoder, program] of Object.entries(programs)) {
      const limit = await open(`${decoder}, batch ${batch}`, program);
      const perSecond = await limit.turn(TRIAL);
      await limit.end();
      console.error(`limit, ${limit.name}: ${perSecond.toFixed(0)} pictures/s`);
      if (perSecond > (best?.perSecond ?? 0)) best = { name: limit.name, program, perSecond };
    }
  }
  if (best === undefined) throw new Error('nothing ran a picture');
  return open(best.name, best.program);
}

async function open(name: string, program: Program): Promise<Limit> {
  const children: Child[] = [];
  for (let i = 0; i < availableParallelism(); i++) children.push(await start(program));
  return {
    name,
    async turn(seconds) {
      const turns = await Promise.all(children.map((child) => child.turn(seconds)));
      return turns.reduce((sum, { images, seconds }) => sum + images / seconds, 0);
    },
    async end() {
      await Promise.all(children.map((child) => child.end()));
    },
  };
}
