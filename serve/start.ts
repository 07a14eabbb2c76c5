// From settings to a running server, or to a check of what it would serve.

import { UserError } from '../models/errors.ts';
import { holdsOneModel } from '../models/repository.ts';
import { command } from '../setup/invocation.mjs';
import { lacksTurbojpeg } from '../setup/libraries/turbojpeg.mjs';
import { cacheFolder } from '../setup/paths.mjs';
import { checkRepository } from './engine/check-repository.ts';
import type { Only } from './engine/models.ts';
import { parsePinned } from './engine/pinned.ts';
import { readKeys } from './http/api-keys.ts';
import { openKeyFile, watchKeyFile } from './http/key-file.ts';
import { jsonLog, type Log, textLog } from './log.ts';
import { type ServeOptions, type Serving, serve } from './main.ts';
import { parseDevice } from './sessions/device.ts';
import { describeSettings } from './settings/describe.ts';
import { connectionLimitsOf, limitsOf } from './settings/limits-of-settings.ts';
import { type Resolved, strayVariables } from './settings/resolve.ts';
import type { Settings } from './settings/schema.ts';
import { openTracing } from './tracing/settings.ts';

/**
 * Serves with these settings.
 *
 * @param page - folder of the built page, which is served when the setting `page` is true.
 * @throws UserError as `serve` does, and when the file of keys is not usable.
 */
export async function serveSettings(resolved: Resolved, page: string): Promise<Serving> {
  const { settings } = resolved;
  const log = openLog(settings);
  const keys = settings.keys === undefined ? undefined : openKeyFile(settings.keys, log);
  for (const line of strayVariables(process.env)) log(line, { level: 'warn' });
  if (lacksTurbojpeg())
    log(
      `libjpeg-turbo is not in ${cacheFolder()}: JPEGs are decoded by sharp, in twice the time. ${command('setup', ['--for', 'serve'])} fetches it (TRAINYARD_CACHE moves this folder)`,
      { level: 'warn' },
    );
  const modelKeys = settings.modelKeys === undefined ? undefined : openKeyFile(settings.modelKeys, log);
  if (modelKeys !== undefined && (await holdsOneModel(settings.repository)))
    throw new UserError(
      `${settings.repository} holds the files of one model, and has no place for models that are sent: expected a folder with <name>/<version>/model.onnx, or no --model-keys`,
    );
  const open = keys === undefined && !isLocal(settings.host);
  log(describeSettings(resolved), { settings });
  if (keys !== undefined) log(`keys: ${keys.count()} of ${settings.keys}`);
  if (modelKeys !== undefined)
    log(`keys by which models may be sent: ${modelKeys.count()} of ${settings.modelKeys}`);
  if (open)
    log(`everybody who can connect to ${settings.host} may send requests: use --keys to ask for API keys`, {
      level: 'warn',
    });
  for (const file of [keys, modelKeys]) if (file !== undefined) watchKeyFile(file);
  return serve({
    ...optionsOf(settings),
    page: settings.page ? page : undefined,
    keys: keys?.ring,
    quotaOf: keys?.quotaOf,
    modelKeys: modelKeys?.ring,
    tracing: await openTracing(process.env, log),
    log,
  });
}

/**
 * Loads every version of every model as the server would, and checks it against its golden vectors.
 *
 * @returns whether all are valid; each has a line in the log.
 * @throws UserError when there is no model at all, or the file of keys is not usable.
 */
export async function checkSettings({ settings }: Resolved): Promise<boolean> {
  const log = openLog(settings);
  if (settings.keys !== undefined) log(`keys: ${readKeys(settings.keys).count} of ${settings.keys}`);
  if (settings.modelKeys !== undefined)
    log(`keys by which models may be sent: ${readKeys(settings.modelKeys).count} of ${settings.modelKeys}`);
  const device = parseDevice(settings.device);
  return checkRepository(settings.repository, settings.model, device, log, pinnedOf(settings));
}

function openLog({ logFormat }: Settings): Log {
  if (logFormat === 'text' || (logFormat === 'auto' && process.stdout.isTTY)) return textLog();
  const { log, flush } = jsonLog();
  process.on('exit', flush);
  return log;
}

function optionsOf(
  settings: Settings,
): Omit<ServeOptions, 'page' | 'keys' | 'quotaOf' | 'modelKeys' | 'tracing' | 'log'> {
  const { host, port, repository, model, threads, workers, decode, cors, allowEmbed, logRequests } = settings;
  const { grpcPort, repositoryControl } = settings;
  return {
    host,
    port,
    grpcPort,
    repository,
    model,
    threads,
    workers,
    device: parseDevice(settings.device),
    decode,
    watch: settings.watchMs,
    cors,
    embed: allowEmbed,
    repositoryControl,
    trustedProxies: settings.trustedProxies,
    pinned: pinnedOf(settings),
    logRequests,
    limits: limitsOf(settings),
    connection: connectionLimitsOf(settings),
    delay: settings.shutdownDelay * 1000,
    patience: settings.drainSeconds * 1000,
  };
}

function pinnedOf({ defaultModel }: Settings): Only | undefined {
  return defaultModel === undefined ? undefined : parsePinned(defaultModel);
}

function isLocal(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
