// `trainyard/serve`: an open model as the handler of an app's requests.
export { type KeyRing, readKeys } from '../serve/http/api-keys.ts';
export {
  createHandler,
  type Handler,
  type HandlerOptions,
  type NodeHandler,
  toNodeHandler,
} from '../serve/library/handler.ts';
export { defaultLimits, type Limits } from '../serve/settings/limits.ts';
