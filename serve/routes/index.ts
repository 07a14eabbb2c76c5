// The routes of the server. To add one: a file beside this one, its test, and a line here.
import { addModelRoutes } from './add-model.ts';
import { classifyRoutes } from './classify.ts';
import { docsRoutes } from './docs.ts';
import { healthRoutes } from './health.ts';
import { inferRoutes } from './infer.ts';
import { inferenceModelRoutes } from './inference-models.ts';
import { inferenceServerRoutes } from './inference-server.ts';
import { metricsRoutes } from './metrics.ts';
import { modelRoutes } from './models.ts';
import { repositoryRoutes } from './repository.ts';
import type { Route, Services } from './route.ts';
import { unsupportedRoutes } from './unsupported.ts';

/** All routes, in the order in which /docs shows them. */
export function serverRoutes(services: Services): Route[] {
  return [
    ...classifyRoutes(services),
    ...modelRoutes(services),
    ...addModelRoutes(services),
    ...inferRoutes(services),
    ...inferenceServerRoutes(services),
    ...inferenceModelRoutes(services),
    ...repositoryRoutes(services),
    ...unsupportedRoutes(),
    ...healthRoutes(services),
    ...metricsRoutes(services),
    ...docsRoutes(services),
  ];
}
