// The Open Inference Protocol, version 2, which Triton, KServe and their clients speak, at /v2.

import { promisify } from 'node:util';
import { unzip } from 'node:zlib';
import { type Context, Hono } from 'hono';
import { messageOf } from '../../models/errors.ts';
import { version as serverVersion } from '../../setup/paths.mjs';
import type { Timings } from '../engine/events.ts';
import type { Engine } from '../engine/index.ts';
import { chooseModel, keyOf, type ServedModel } from '../engine/models.ts';
import { type Env, requestHeader } from '../http/context.ts';
import { answer } from '../http/respond.ts';
import type { Held, Hold } from '../memory/byte-budget.ts';
import { sourcesOf } from '../openinference/inputs.ts';
import { modelConfig, modelMetadata, repositoryIndex, serverMetadata } from '../openinference/metadata.ts';
import { checkOutputs, encodeOutputs } from '../openinference/outputs.ts';
import { readInference } from '../openinference/request.ts';
import type { Statistics } from '../openinference/statistics.ts';
import { Refusal } from '../refusal.ts';
import type { Limits } from '../settings/limits.ts';
import { settleAll } from '../settle.ts';
import { readBody, uploadOf } from '../upload/body.ts';
import { isGone } from './classify.ts';

const unzipped = promisify(unzip);

const MODEL = '/v2/models/:model';
const VERSION = `${MODEL}/versions/:version{[0-9]+}`;

export function openInferenceRoutes(
  engine: Engine,
  limits: Limits,
  hold: Hold,
  statistics: Statistics,
): Hono<Env> {
  const app = new Hono<Env>();

  app.get('/v2', (c) => c.json(serverMetadata(serverVersion)));
  app.get('/v2/health/live', (c) => c.json({ live: true }));
  app.get('/v2/health/ready', (c) => c.json({ ready: engine.ready() }, engine.ready() ? 200 : 503));
  app.get('/v2/models/stats', (c) => c.json({ model_stats: engine.models().map(statistics.of) }));
  app.post('/v2/repository/index', (c) => c.json(repositoryIndex(engine.models())));
  app.post('/v2/repository/models/:model/:verb{load|unload}', () => {
    throw new Refusal(400, 'models come and go with their folders in the repository, not by requests');
  });

  for (const address of [MODEL, VERSION]) {
    app.get(address, (c) => c.json(modelMetadata(modelOf(c), versionsOf(c))));
    app.get(`${address}/ready`, (c) => {
      const { name } = modelOf(c);
      return c.json({ name, ready: engine.ready() }, engine.ready() ? 200 : 503);
    });
    app.get(`${address}/config`, (c) => c.json(modelConfig(modelOf(c), limits)));
    app.get(`${address}/stats`, (c) => c.json({ model_stats: [statistics.of(modelOf(c))] }));
    app.post(`${address}/infer`, infer);
  }

  // Nothing is shared, and clients ask for that to be so before they begin.
  for (const kind of ['systemsharedmemory', 'cudasharedmemory']) {
    app.get(`/v2/${kind}/status`, (c) => c.json([]));
    app.post(`/v2/${kind}/unregister`, (c) => c.json({}));
    app.post(`/v2/${kind}/region/:region/:verb{register|unregister}`, () => {
      throw new Refusal(400, 'shared memory is not supported; send the data with the request');
    });
  }

  async function infer(c: Context<Env>): Promise<Response> {
    const model = modelOf(c);
    c.set('model', keyOf(model));
    const held = hold();
    try {
      const body = await readUnzipped(c, limits, held);
      const headerLength = requestHeader(c, 'inference-header-content-length');
      const { request, inputs } = readInference(body, headerLength, limits.jsonBytes, model);
      checkOutputs(request, model);
      const sources = sourcesOf(inputs, model, limits.rowsPerRequest);
      const asked = { gone: () => isGone(c), deadline: deadlineOf(request.parameters?.timeout) };
      const rows = await settleAll(
        sources.map((source, i) => named(i, sources.length, engine.classify(model, source, asked))),
      );
      c.set('stages', longest(rows.map(({ timings }) => timings)));
      const encoded = encodeOutputs(
        request,
        model,
        rows.map(({ probabilities }) => probabilities),
      );
      return answer(c, encoded.body, 200, encoded.headers);
    } finally {
      held.release();
    }
  }

  function modelOf(c: Context<Env>): ServedModel {
    const version = c.req.param('version');
    return chooseModel(
      engine.models(),
      c.req.param('model'),
      version === undefined ? undefined : Number(version),
    );
  }

  function versionsOf(c: Context<Env>): number[] {
    const { name } = modelOf(c);
    return engine.models().flatMap((model) => (model.name === name ? [model.version] : []));
  }

  return app;
}

/** The body, out of its compression. */
async function readUnzipped(c: Context<Env>, limits: Limits, held: Held): Promise<Uint8Array> {
  const encoding = requestHeader(c, 'content-encoding') ?? 'identity';
  const body = await readBody(uploadOf(c, limits.bodyBytes, held));
  if (encoding === 'identity') return body;
  if (encoding !== 'gzip' && encoding !== 'deflate') {
    throw new Refusal(415, `Content-Encoding: received ${encoding}, expected gzip, deflate or none`);
  }
  try {
    const whole = await unzipped(body, { maxOutputLength: limits.bodyBytes });
    held.add(whole.length);
    return whole;
  } catch (error) {
    if (error instanceof Refusal) throw error;
    if (error instanceof RangeError) {
      throw new Refusal(
        413,
        `the body is longer than ${limits.bodyBytes} bytes when it is unpacked, which is the limit`,
      );
    }
    throw new Refusal(400, `the body is not ${encoding}: ${messageOf(error)}`);
  }
}

/** Names the element of the batch that was refused. */
async function named<T>(index: number, rows: number, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (rows === 1 || !(error instanceof Refusal)) throw error;
    throw new Refusal(error.status, `element ${index} of the batch: ${error.message}`);
  }
}

/** Triton counts a request's `timeout` in microseconds; 0 is none. */
function deadlineOf(timeout: unknown): number | undefined {
  return typeof timeout === 'number' && timeout > 0 ? timeout / 1000 : undefined;
}

/** Of rows that are worked on at once, the one that took longest says how long the request did. */
function longest(all: readonly Timings[]): Timings | undefined {
  const total = ({ decode, prepare, queue, run }: Timings) => decode + prepare + queue + run;
  return all.reduce<Timings | undefined>(
    (most, one) => (most && total(most) >= total(one) ? most : one),
    undefined,
  );
}
