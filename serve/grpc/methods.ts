// The methods of the Open Inference Protocol over gRPC, and gRPC's health check: each asks the same code as its HTTP route.
import { printable } from '../../models/printable.ts';
import { version as ownVersion } from '../../setup/paths.mjs';
import { chooseModel, type ServedModel, versionName } from '../engine/models.ts';
import type { RepositoryControl } from '../engine/repository-control.ts';
import type { Allowance } from '../http/quotas.ts';
import { infer } from '../openinference/infer.ts';
import { modelMetadata, repositoryIndex, serverMetadata } from '../openinference/metadata.ts';
import { refuseOverrides } from '../openinference/repository-request.ts';
import { Refusal } from '../refusal.ts';
import { NO_CONTROL } from '../routes/repository.ts';
import type { Route, Services } from '../routes/route.ts';
import { inferenceOf, inferResponse } from './infer-message.ts';
import { type Requests, readRequest, writeResponse } from './messages.ts';
import { CallError } from './status.ts';

/** What a method knows of its call. */
export interface Call {
  /** Whether nobody waits for the answer any more. */
  gone(): boolean;
  /** Milliseconds in which the client wants the answer; undefined where it does not say. */
  readonly deadline: number | undefined;
  /** Owner of the key that it came with, and what that one may still use. */
  readonly owner: string | undefined;
  readonly allowance: Allowance | undefined;
  /** Notes the model that is asked, for the log. */
  asks(model: string): void;
}

export interface Method {
  readonly access: NonNullable<Route['access']>;
  /** Bytes of its request at most. */
  readonly most: number;
  /** Whether it is asked with pictures. */
  readonly pictures?: boolean;
  /** @param message - the bytes of its request. @returns those of its response. */
  answer(message: Uint8Array, call: Call): Uint8Array | Promise<Uint8Array>;
}

export type MethodServices = Pick<Services, 'engine' | 'limits' | 'control' | 'log'>;

/** Bytes of requests that hold no tensors. */
const SMALL = 64 * 1024;

/** Of `HealthCheckResponse.ServingStatus`. */
const [SERVING, NOT_SERVING] = [1, 2];

/** Extensions that have no method here: `ModelConfig` and `ModelStatistics` are over HTTP alone. */
const OVER_HTTP = ['model_configuration', 'statistics'];

const SERVICE = 'inference.GRPCInferenceService';

/** The methods by their paths, `/inference.GRPCInferenceService/ModelInfer`. */
export function grpcMethods(services: MethodServices): ReadonlyMap<string, Method> {
  const { engine, limits } = services;
  const methods = new Map<string, Method>();

  /** Adds a method whose request and response are called after it. */
  function add<N extends string>(
    name: N,
    access: Method['access'],
    answer: (request: Requests[`${N}Request` & keyof Requests], call: Call) => object | Promise<object>,
  ): void {
    methods.set(`/${SERVICE}/${name}`, {
      access,
      most: SMALL,
      async answer(message, call) {
        const type = `${name}Request` as `${N}Request` & keyof Requests; // which TypeScript does not conclude
        return writeResponse(`${name}Response`, await answer(readRequest(type, message), call));
      },
    });
  }

  function modelOf(name: string, version: string, call: Call): ServedModel {
    if (version !== '' && !/^[0-9]+$/.test(version))
      throw new Refusal(400, `version: received ${JSON.stringify(version)}, expected a number such as "1"`);
    const model = chooseModel(engine, name, version === '' ? undefined : Number(version));
    call.asks(versionName(model));
    return model;
  }

  add('ServerLive', 'open', () => ({ live: true }));
  add('ServerReady', 'open', () => ({ ready: engine.ready() }));
  add('ServerMetadata', 'key', () => serverMetadata(ownVersion, OVER_HTTP));
  add('ModelReady', 'key', ({ name, version }, call) => {
    try {
      modelOf(name, version, call);
    } catch (error) {
      if (error instanceof Refusal && error.status !== 400) return { ready: false }; // as Triton has it
      throw error;
    }
    return { ready: engine.ready() };
  });
  add('ModelMetadata', 'key', ({ name, version }, call) => {
    const model = modelOf(name, version, call);
    const versions = engine.models().filter((each) => each.name === model.name);
    return modelMetadata(
      model,
      versions.map((each) => each.version),
    );
  });
  add('RepositoryIndex', 'key', ({ ready }) => ({
    models: repositoryIndex(engine.models(), ready === true ? [] : engine.absent()),
  }));
  add('RepositoryModelLoad', 'models', (request, call) => control(services, 'load', request, call));
  add('RepositoryModelUnload', 'models', (request, call) => control(services, 'unload', request, call));

  methods.set(`/${SERVICE}/ModelInfer`, {
    access: 'key',
    most: limits.bodyBytes,
    pictures: true,
    async answer(message, call) {
      const request = readRequest('ModelInferRequest', message);
      const model = modelOf(request.model_name, request.model_version, call);
      const inference = inferenceOf(request, limits.rowsPerRequest);
      const { results } = await infer({ engine, limits }, model, inference, call);
      return inferResponse(inference, model, results, request.raw_input_contents.length > 0);
    },
  });
  // Reference: https://github.com/grpc/grpc/blob/master/doc/health-checking.md: the empty name is the whole server.
  methods.set('/grpc.health.v1.Health/Check', {
    access: 'open',
    most: SMALL,
    answer(message) {
      const { service } = readRequest('HealthCheckRequest', message);
      if (service !== '' && service !== SERVICE)
        throw new CallError('NOT_FOUND', `there is no service "${service}", expected "${SERVICE}" or ""`);
      return writeResponse('HealthCheckResponse', { status: engine.ready() ? SERVING : NOT_SERVING });
    },
  });
  return methods;
}

async function control(
  { control, log }: MethodServices,
  verb: keyof RepositoryControl,
  { repository_name, model_name, parameters }: Requests['RepositoryModelLoadRequest'],
  { owner }: Call,
): Promise<object> {
  if (control === undefined) throw new Refusal(400, NO_CONTROL);
  refuseOverrides(Object.fromEntries(parameters.map(({ key }) => [key, true])));
  const name = model_name || repository_name; // KServe's clients have it there
  await control[verb](name);
  log(`${printable(name)}: ${verb} by ${printable(owner ?? 'a request')}`, { model: name });
  return { model_name: name, isLoaded: true, isUnloaded: true };
}
