// gRPC beside the app: it shares what the app works with, its keys, its limits and its log.
import type { AppOptions } from '../app.ts';
import type { Log } from '../log.ts';
import type { OpenRequestMemory } from '../memory/byte-budget.ts';
import { type GrpcListening, type GrpcOptions, listenGrpc } from './listen.ts';
import { grpcMethods, type MethodServices } from './methods.ts';

export interface OpenGrpcOptions
  extends MethodServices,
    Pick<AppOptions, 'keys' | 'modelKeys' | 'quotas' | 'logRequests' | 'metrics'>,
    Pick<GrpcOptions, 'connection' | 'patience'> {
  readonly openMemory: OpenRequestMemory;
  readonly log: Log;
}

/** @throws UserError when the port cannot be used. */
export function openGrpc(options: OpenGrpcOptions, host: string, port: number): Promise<GrpcListening> {
  const { keys, modelKeys, logRequests = 'none', metrics } = options;
  const methods = grpcMethods(options);
  return listenGrpc(host, port, { ...options, keys, modelKeys, logRequests, metrics, methods });
}
