// Who races: this server with its defaults, and each rival with several settings, of which the fastest races.
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { root } from '../../../setup/paths.mjs';
import { serveProgram } from '../support/serve.ts';
import type { ServerProgram } from '../support/server.ts';
import { type Framework, frameworks, interpreterOf } from './environments.ts';
import type { Decoding, Workload } from './loads.ts';

export interface Contender {
  /** As the tables call it; the settings of one family compete for a place in the race. */
  readonly family: string;
  readonly settings: string;
  readonly program: ServerProgram;
}

export const OURS = 'Trainyard';

const names: Readonly<Record<Framework, string>> = {
  fastapi: 'FastAPI',
  litserve: 'LitServe',
  bentoml: 'BentoML',
};

const folder = join(root, 'test', 'bench', 'serve', 'python');
const cores = availableParallelism();

export function trainyard({ repository, model }: Workload, decoding: Decoding): Contender {
  const args = ['--repository', repository, '--model', model];
  if (decoding === 'fast') args.push('--decode', 'fast');
  return {
    family: OURS,
    settings: 'defaults',
    program: serveProgram(args),
  };
}

/** All settings of all rivals. */
export async function rivals(workload: Workload, decoding: Decoding): Promise<Contender[]> {
  const shared = {
    MODEL: workload.file,
    DRAFT: decoding === 'fast' ? '1' : '0',
    PYTHONDONTWRITEBYTECODE: '1',
    BENTOML_DO_NOT_TRACK: 'True',
  };
  const all = await Promise.all(
    frameworks.map(async (framework) => {
      const command = await interpreterOf(framework);
      return layouts.flatMap(settingsOf[framework]).map(({ settings, env, args }) => ({
        family: names[framework],
        settings,
        program: (port: number) => ({ command, args: args(port), cwd: folder, env: { ...shared, ...env } }),
      }));
    }),
  );
  return all.flat();
}

/** How the cores are divided: onnxruntime's threads times processes. */
interface Layout {
  readonly workers: number;
  readonly threads: number;
}

/** One process with all threads, and a process for each core with one thread each. */
const layouts: readonly Layout[] = [...new Set([1, cores])].map((workers) => ({
  workers,
  threads: Math.max(1, Math.floor(cores / workers)),
}));

interface Settings {
  readonly settings: string;
  readonly env: Readonly<Record<string, string>>;
  readonly args: (port: number) => string[];
}

/** What each server can vary in a layout. */
const settingsOf: Readonly<Record<Framework, (layout: Layout) => Settings[]>> = {
  fastapi: (layout) =>
    ['def', 'async def'].map((handler) => ({
      settings: `${words(layout)}, ${handler}`,
      env: { ...variables(layout), HANDLER: handler },
      args: (port) => [
        ...['-m', 'uvicorn', 'fastapi_server:app', '--port', `${port}`, '--workers', `${layout.workers}`],
        ...['--no-access-log', '--log-level', 'warning'],
      ],
    })),
  litserve: (layout) =>
    [1, 16].map((batch) => ({
      settings: `${words(layout)}, ${batch === 1 ? 'no batches' : `batches to ${batch}`}`,
      env: { ...variables(layout), BATCH: `${batch}` },
      args: (port) => ['litserve_server.py', `${port}`],
    })),
  bentoml: (layout) =>
    [1, 32].map((batch) => ({
      settings: `${words(layout)}, ${batch === 1 ? 'no batches' : `batches to ${batch}`}`,
      env: { ...variables(layout), BATCH: `${batch}` },
      args: (port) => ['-m', 'bentoml', 'serve', 'bentoml_server:Classifier', '--port', `${port}`],
    })),
};

function words({ workers, threads }: Layout): string {
  return `${workers} ${workers === 1 ? 'process' : 'processes'} of ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
}

function variables({ workers, threads }: Layout): Record<string, string> {
  return { WORKERS: `${workers}`, ORT_THREADS: `${threads}` };
}
