// A route: everything about one address of the server in one place, so that adding one touches one file.
import type { Engine } from '../engine/index.ts';
import type { RepositoryControl } from '../engine/repository-control.ts';
import type { AppContext } from '../http/context.ts';
import type { Metrics } from '../http/metrics.ts';
import type { Log } from '../log.ts';
import type { OpenRequestMemory } from '../memory/byte-budget.ts';
import type { Operation } from '../openapi/operation.ts';
import type { InferenceStatistics } from '../openinference/statistics.ts';
import type { Limits } from '../settings/limits.ts';
import type { TakeModel } from '../taking/take-model.ts';

export interface Route {
  readonly method: 'get' | 'post';
  /**
   * Paths as Hono has them, `/models/:model/classify`; several when they differ only in how the model is named.
   * Of two that match one address, the first in the list of routes answers.
   */
  readonly paths: readonly string[];
  /** `open` answers without a key; `models` needs one of those by which models may be sent, loaded and unloaded. By default a route needs a key,
   * where the server asks for keys. */
  readonly access?: 'open' | 'key' | 'models';
  /** Its entry in /openapi.json and /docs, or the reason why it has none. */
  readonly openapi: Operation | { readonly none: string };
  readonly handle: (c: AppContext) => Response | Promise<Response>;
}

/** What routes work with. */
export interface Services {
  readonly engine: Engine;
  readonly limits: Limits;
  readonly openMemory: OpenRequestMemory;
  readonly statistics: InferenceStatistics;
  /** What is answered for an error about one part of a request; a bug is logged. */
  readonly errorOf: (c: AppContext, error: unknown) => { readonly error: string; readonly status: number };
  /** Undefined where there are no metrics. */
  readonly metrics: Metrics | undefined;
  /** Takes models that are sent; undefined where none are taken. */
  readonly taking: { readonly take: TakeModel } | undefined;
  /** Loads and unloads models by request; undefined where that is off. */
  readonly control: RepositoryControl | undefined;
  readonly log: Log;
  /** All routes of the app. */
  readonly routes: () => readonly Route[];
}
