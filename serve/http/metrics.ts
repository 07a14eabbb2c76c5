// Metrics for Prometheus: requests, stages, batches, the queue, models, workers, and the process itself.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Observer, Timings } from '../engine/events.ts';
import type { Engine } from '../engine/index.ts';
import type { OnResponse } from './middleware.ts';
import type { QuotaObserver } from './quotas.ts';

export interface Metrics {
  /** To be called with every response. */
  readonly onResponse: OnResponse;
  /** To be called with every call over gRPC that ended: its method, or * for one that is not known, and its code. */
  readonly onCall: (method: string, code: string, milliseconds: number) => void;
  /** To be among the engine's observers. */
  readonly observer: Observer;
  /** To be told of what the owners of keys use. */
  readonly quotaObserver: QuotaObserver;
  /** Sets the engine whose state is read at each scrape. */
  watch(engine: Engine): void;
  /** The text of a scrape, and its content type. */
  scrape(): Promise<{ readonly text: string; readonly type: string }>;
}

/** Upper limits of the buckets in seconds: from the time of a tiny picture to the time that nobody waits. */
const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Upper limits of the buckets of batch sizes. */
const SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256];

const stages = ['decode', 'prepare', 'queue', 'run'] as const satisfies readonly (keyof Timings)[];

const modelLabels = ['model', 'version'] as const;

/** Makes the metrics of one server; nothing is shared with another in this process. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  // Gauges with the ending of counters, which Prometheus's own check refuses. Those without it have the same by kind.
  for (const what of ['handles', 'requests', 'resources'])
    registry.removeSingleMetric(`nodejs_active_${what}_total`);

  const requests = new Counter({
    name: 'trainyard_http_requests_total',
    help: 'Requests that got a response',
    labelNames: ['method', 'route', 'status'],
    registers,
  });
  const requestSeconds = new Histogram({
    name: 'trainyard_http_request_duration_seconds',
    help: 'From the headers of a request to its response',
    labelNames: ['route'],
    buckets: SECONDS,
    registers,
  });
  const calls = new Counter({
    name: 'trainyard_grpc_calls_total',
    help: 'Calls over gRPC that ended',
    labelNames: ['method', 'code'],
    registers,
  });
  const callSeconds = new Histogram({
    name: 'trainyard_grpc_call_duration_seconds',
    help: 'From the headers of a call to its end',
    labelNames: ['method'],
    buckets: SECONDS,
    registers,
  });
  const pictures = new Counter({
    name: 'trainyard_pictures_total',
    help: 'Pictures by outcome: answered, or why not',
    labelNames: [...modelLabels, 'outcome'],
    registers,
  });
  const stageSeconds = new Histogram({
    name: 'trainyard_stage_duration_seconds',
    help: 'Stages of a picture: decode, prepare, queue, and run, which is the time of its whole batch',
    labelNames: ['stage'],
    buckets: SECONDS,
    registers,
  });
  const batchSizes = new Histogram({
    name: 'trainyard_batch_size',
    help: 'Pictures in a run of a model',
    labelNames: modelLabels,
    buckets: SIZES,
    registers,
  });
  const stopped = new Counter({
    name: 'trainyard_workers_stopped_total',
    help: 'Workers that ended unexpectedly',
    registers,
  });
  const retried = new Counter({
    name: 'trainyard_pictures_retried_total',
    help: 'Pictures that were given to another worker after theirs ended',
    registers,
  });
  const used = new Counter({
    name: 'trainyard_key_used_total',
    help: 'Requests and pictures by the name of the key that they came with',
    labelNames: ['key', 'what'],
    registers,
  });
  const limited = new Counter({
    name: 'trainyard_key_limited_total',
    help: 'Requests that were over the quota of their key',
    labelNames: ['key'],
    registers,
  });
  const changes = new Counter({
    name: 'trainyard_model_changes_total',
    help: 'Versions of models that came, went or cannot be used',
    labelNames: ['model', 'change'],
    registers,
  });

  return {
    watch: (engine) => watchEngine(engine, registers),
    onResponse(method, route, status, milliseconds) {
      requests.inc({ method, route, status });
      requestSeconds.observe({ route }, milliseconds / 1000);
    },
    onCall(method, code, milliseconds) {
      calls.inc({ method, code });
      callSeconds.observe({ method }, milliseconds / 1000);
    },
    observer: {
      classified({ name, version }, timings) {
        pictures.inc({ model: name, version, outcome: 'answered' });
        for (const stage of stages) stageSeconds.observe({ stage }, timings[stage] / 1000);
      },
      failed: ({ name, version }, loss) => pictures.inc({ model: name, version, outcome: loss }),
      batched: ({ name, version }, size) => batchSizes.observe({ model: name, version }, size),
      workerStopped(_cause, pictures) {
        stopped.inc();
        retried.inc(pictures);
      },
      modelChanged: ({ name }, { kind }) => changes.inc({ model: name, change: kind }),
    },
    quotaObserver: {
      used: (key, what, count) => used.inc({ key, what }, count),
      limited: (key) => limited.inc({ key }),
    },
    scrape: async () => ({ text: await registry.metrics(), type: registry.contentType }),
  };
}

/** Gauges of the engine's state, which are read at each scrape. */
function watchEngine(engine: Engine, registers: Registry[]): void {
  const gauges: readonly (readonly [name: string, help: string, value: () => number])[] = [
    ['trainyard_queue_pictures', 'Pictures that wait for a worker', () => engine.state().waiting],
    [
      'trainyard_queue_cost_seconds',
      'Estimated work of those, for one worker',
      () => engine.state().waitingCost / 1000,
    ],
    [
      'trainyard_queue_limit_seconds',
      'The estimated work above which pictures are refused',
      () => engine.state().mostCost / 1000,
    ],
    ['trainyard_working_pictures', 'Pictures that workers have', () => engine.state().working],
    ['trainyard_workers', 'Workers that are ready', () => engine.state().workers],
    ['trainyard_workers_wanted', 'Workers that there should be', () => engine.state().mostWorkers],
    ['trainyard_ready', '1 when pictures can be classified', () => Number(engine.ready())],
  ];
  for (const [name, help, value] of gauges) {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  }
  new Gauge({
    name: 'trainyard_model_info',
    help: '1 for each version that is served',
    labelNames: [...modelLabels, 'sha256', 'device'],
    registers,
    collect() {
      this.reset();
      const { device } = engine.state();
      for (const { name, version, sha256 } of engine.models()) {
        this.set({ model: name, version, sha256, device }, 1);
      }
    },
  });
}
