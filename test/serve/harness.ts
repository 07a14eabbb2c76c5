// Everything that a test of the server needs: a repository of tiny models, and the app on it without sockets.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addModel } from '../../models/repository.ts';
import { type AppOptions, createApp } from '../../serve/app.ts';
import { type EngineOptions, openEngine } from '../../serve/engine/index.ts';
import { createMetrics } from '../../serve/http/metrics.ts';
import type { Log, LogFields } from '../../serve/log.ts';
import { createInferenceStatistics } from '../../serve/openinference/statistics.ts';
import { defaultLimits, type Limits } from '../../serve/settings/limits.ts';
import { createTaker } from '../../serve/taking/take-model.ts';
import { colors, type TinyModel, type TinyModelOptions, tinyModel } from './tiny-model.ts';

export { colors };

/** A folder that is removed by `remove`. */
export async function temporaryFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'trainyard-serve-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** The same with an input of 224 x 224, for which a thin picture is much work. */
export const large: TinyModelOptions = {
  name: 'large',
  labels: ['red', 'green', 'blue'],
  input: { shape: [224, 224, 3], prepare: { rule: 'resize', filter: 'bicubic', crop: 'stretch' } },
};

/** Writes models, each as the next version of its name. */
export async function fillRepository(
  folder: string,
  models: readonly TinyModelOptions[],
): Promise<TinyModel[]> {
  const made: TinyModel[] = [];
  for (const options of models) {
    const model = await tinyModel(options);
    await addModel(folder, model.card.name, model.bytes);
    made.push(model);
  }
  return made;
}

export interface TestAppOptions extends Omit<AppOptions, 'engine' | 'limits' | 'log' | 'control'> {
  readonly models?: readonly TinyModelOptions[];
  readonly limits?: Partial<Limits>;
  readonly threads?: number;
  readonly engine?: Partial<EngineOptions>;
  /** Milliseconds for which a model that is sent is checked. */
  readonly patience?: number;
  /** Whether models are loaded and unloaded by request. */
  readonly repositoryControl?: boolean;
}

/** Opens the app on a new repository; `log` collects its lines, `fields` what belongs to each. */
export async function openTestApp(options: TestAppOptions = {}) {
  const folder = await temporaryFolder();
  const models = await fillRepository(folder.path, options.models ?? [{}]);
  const limits = { ...defaultLimits, ...options.limits };
  const log: string[] = [];
  const fields: LogFields[] = [];
  const write: Log = (line, more = {}) => {
    log.push(line);
    fields.push(more);
  };
  const metrics = createMetrics();
  const statistics = createInferenceStatistics();
  const engine = openEngine({
    threads: options.threads ?? 1,
    watch: 0,
    ...options.engine,
    observers: [metrics.observer, statistics.observer, ...(options.engine?.observers ?? [])],
    repository: folder.path,
    limits,
    log: write,
  });
  await engine.load();
  const taking = options.modelKeys && { take: createTaker(folder.path, engine, options.patience) };
  const control = options.repositoryControl ? engine.control : undefined;
  const app = createApp({ ...options, taking, control, engine, limits, log: write, metrics, statistics });
  return {
    app,
    engine,
    models,
    log,
    fields,
    repository: folder.path,
    /** Posts bytes as the body. */
    post: (bytes: Uint8Array, query = '') =>
      app.request(`/classify${query}`, { method: 'POST', body: new Uint8Array(bytes) }),
    async close() {
      await engine.close();
      await folder.remove();
    },
  };
}

/** Status and `error` of a refusal. */
export async function refusal(response: Response): Promise<{ status: number; error: string }> {
  const body: unknown = await response.json();
  if (typeof body !== 'object' || body === null || !('error' in body) || typeof body.error !== 'string') {
    throw new Error(`expected {error}, received ${JSON.stringify(body)}`);
  }
  return { status: response.status, error: body.error };
}
