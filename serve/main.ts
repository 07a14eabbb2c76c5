// Serves a repository: starts the workers, loads the models, listens, and stops without losing a request.
import { endSignals } from '../setup/machine/signals.mjs';
import { announce } from './announce.ts';
import type { AppOptions } from './app.ts';
import type { Observer } from './engine/events.ts';
import { type EngineOptions, openEngine } from './engine/index.ts';
import { pinnedName } from './engine/pinned.ts';
import type { GrpcListening } from './grpc/listen.ts';
import type { Listening } from './http/listen.ts';
import { createQuotas, type QuotaOf } from './http/quotas.ts';
import { textLog } from './log.ts';
import { createByteBudget } from './memory/byte-budget.ts';
import { compressInBackground, copiesOf } from './page/compressed-copies.ts';
import { type connectionLimits, defaultLimits } from './settings/limits.ts';

export interface ServeOptions
  extends Omit<
      AppOptions,
      'engine' | 'metrics' | 'quotas' | 'statistics' | 'taking' | 'control' | 'openMemory'
    >,
    Omit<EngineOptions, 'limits' | 'log' | 'observers' | 'only'> {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Port of the same host for gRPC; 0 takes a free one, and without it there is no gRPC. */
  readonly grpcPort?: number | undefined;
  /** Serves this model alone. */
  readonly model?: string | undefined;
  /** Whether models are loaded and unloaded by request. */
  readonly repositoryControl?: boolean | undefined;
  /** What the owners of `keys` may use. */
  readonly quotaOf?: QuotaOf | undefined;
  /** Limits of a connection. */
  readonly connection?: typeof connectionLimits | undefined;
  /** Milliseconds that the server goes on, when it is to stop, before it closes: others learn that it is not ready. */
  readonly delay?: number | undefined;
  /** Milliseconds that requests get to finish when the server stops. */
  readonly patience?: number | undefined;
}

export interface Serving {
  readonly url: string;
  /** `host:port` for clients of gRPC, where there is gRPC. */
  readonly grpc: string | undefined;
  /** Finishes the requests that were accepted, then closes everything. */
  close(): Promise<void>;
}

/** Exit status of a program that was interrupted: 128 + SIGINT. */
const INTERRUPTED = 130;

/**
 * Serves the models of a repository until SIGTERM, SIGINT or SIGHUP, then finishes the requests that were accepted and
 * exits with 0; also while the models load.
 *
 * @returns when the models are ready.
 * @throws UserError when the port cannot be used or no model works.
 */
export async function serve(options: ServeOptions): Promise<Serving> {
  const { host, port, grpcPort, page, model, keys, modelKeys, repository, pinned, delay = 0 } = options;
  const { limits = defaultLimits, log = textLog() } = options;
  const observers: Observer[] = [];
  const engine = openEngine({ ...options, only: model, limits, observers, log });
  let listening: Listening | undefined;
  let grpc: GrpcListening | undefined;
  let isLoading = true;
  let isStopping = false;

  async function close(): Promise<void> {
    for (const signal of endSignals) process.off(signal, stop);
    const wait = isLoading ? 0 : delay;
    await Promise.all([listening?.close(wait), grpc?.close(wait)]);
    await options.tracing?.close();
    await engine.close();
  }
  async function stop(signal: NodeJS.Signals): Promise<void> {
    isStopping = true;
    process.on('SIGINT', () => process.exit(INTERRUPTED)); // a second Ctrl-C does not wait
    const wait = delay > 0 ? `after ${delay / 1000} s more (--shutdown-delay), ` : '';
    const what = isLoading ? 'the models were still loading' : `${wait}accepted requests are finished first`;
    log(`Stopping at ${signal}: ${what}.`);
    await close();
    process.exit(0);
  }

  for (const signal of endSignals) process.on(signal, stop);
  try {
    // Imported only now: the first worker loads its libraries meanwhile.
    const [{ createApp }, { listen }, { createMetrics }, { createInferenceStatistics }, { createTaker }] =
      await Promise.all([
        import('./app.ts'),
        import('./http/listen.ts'),
        import('./http/metrics.ts'),
        import('./openinference/statistics.ts'),
        import('./taking/take-model.ts'),
      ]);
    const metrics = createMetrics();
    const statistics = createInferenceStatistics();
    observers.push(metrics.observer, statistics.observer);
    const loaded = engine.load();
    loaded.catch(() => {}); // awaited below, unless the port cannot be used
    const ready = () => engine.ready() && !listening?.closing();
    const isTaking = modelKeys !== undefined && typeof repository === 'string';
    const shared = {
      ...{ engine: { ...engine, ready }, limits, log, metrics, statistics },
      quotas: options.quotaOf && createQuotas(options.quotaOf, metrics.quotaObserver),
      control: options.repositoryControl ? engine.control : undefined,
      openMemory: createByteBudget(limits.heldBytes),
    };
    const taking = isTaking ? { take: createTaker(repository, engine) } : undefined;
    listening = await listen(createApp({ ...options, ...shared, taking }), host, port, options);
    if (grpcPort !== undefined) {
      const { openGrpc } = await import('./grpc/open.ts');
      grpc = await openGrpc({ ...options, ...shared }, host, grpcPort);
    }
    await loaded;
    isLoading = false;
  } catch (error) {
    if (isStopping) return new Promise(() => {}); // the process ends
    await close();
    throw error;
  }
  const { url } = listening;
  const name = pinned && pinnedName(pinned);
  log(announce(url, engine.models(), engine.defaultModel(), page, name, keys !== undefined), { url });
  if (grpc !== undefined) log(`gRPC: ${grpc.address}`, { grpc: grpc.address });
  const copies = copiesOf(page);
  if (page !== undefined && copies !== undefined) compressInBackground(page, copies);
  return { url, grpc: grpc?.address, close };
}
