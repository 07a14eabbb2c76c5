// POST /v2/models/:model/infer: inference by the Open Inference Protocol, version 2.
import type { Timings } from '../engine/events.ts';
import { versionName } from '../engine/models.ts';
import type { PictureResult } from '../engine/picture-states.ts';
import { type AppContext, isGone, requestHeader } from '../http/context.ts';
import { respond, waitForAll } from '../http/respond.ts';
import { refusals } from '../openapi/operation.ts';
import { checkOutputs, encodeOutputs } from '../openinference/outputs.ts';
import { picturesOfTensor } from '../openinference/picture-tensor.ts';
import { readInference } from '../openinference/request.ts';
import { inferRequestSchema, inferResponseSchema } from '../openinference/schema.ts';
import { Refusal } from '../refusal.ts';
import { readBody, uploadOf } from '../upload/body.ts';
import { modelOf } from './classify.ts';
import { modelPaths } from './inference-models.ts';
import type { Route, Services } from './route.ts';

export function inferRoutes({
  engine,
  limits,
  openMemory,
}: Pick<Services, 'engine' | 'limits' | 'openMemory'>): Route[] {
  return [
    {
      method: 'post',
      paths: modelPaths('/infer'),
      openapi: {
        tag: 'Open Inference Protocol',
        summary: 'Classify a tensor, or pictures in one',
        description:
          'The input "image" is UINT8 [N,H,W,C], the model\'s own input, or BYTES [N], encoded pictures (base64 in JSON). Tensors may be bytes after the JSON, as in the binary tensor data extension. An output may ask for its best classes by the parameter "classification". A bad row fails the request, unless its parameter "partial" is true: then its numbers are NaN (null in JSON), its classes empty, and the parameters of the response have its error, as "error_0", and the status that it alone would have, as "status_0".',
        headers: {
          'Inference-Header-Content-Length':
            'Bytes of the JSON, when tensors follow it; 0 when the body is one tensor alone',
          'Content-Encoding': 'gzip or deflate',
        },
        body: { 'application/json': inferRequestSchema, 'application/octet-stream': 'binary' },
        answers: {
          200: {
            description:
              'The outputs that were asked for, or all of them; as bytes after the JSON when the request says so',
            content: { 'application/json': inferResponseSchema, 'application/octet-stream': 'binary' },
          },
          ...refusals,
        },
        example:
          'curl localhost:3000/v2/models/digits/infer -d \'{"inputs": [{"name": "image", "shape": [1], "datatype": "BYTES", "data": ["<base64>"]}]}\'',
      },
      handle: infer,
    },
  ];

  async function infer(c: AppContext): Promise<Response> {
    const model = modelOf(c, engine);
    c.set('model', versionName(model));
    const memory = openMemory();
    try {
      c.get('allowance')?.expectPictures();
      const body = await readBody(uploadOf(c, limits.bodyBytes, memory));
      const headerLength = requestHeader(c, 'inference-header-content-length');
      const { request, inputs } = readInference(body, headerLength, limits, model);
      checkOutputs(request, model);
      const pictures = picturesOfTensor(inputs, model, limits.rowsPerRequest);
      c.get('allowance')?.takePictures(pictures.length);
      const options = { gone: () => isGone(c), deadline: deadlineOf(request.parameters?.timeout) };
      const rows = await waitForAll(
        pictures.map(async (picture): Promise<PictureResult | Refusal> => {
          if (picture instanceof Refusal) return picture;
          return engine.classify(model, picture, options).catch(refusalOf);
        }),
      );
      checkRows(rows, request.parameters?.partial === true);
      c.set('stages', longest(rows.flatMap((row) => (row instanceof Refusal ? [] : row.timings))));
      const results = rows.map((row) => (row instanceof Refusal ? row : row.probabilities));
      const novelty = rows.map((row) => (row instanceof Refusal ? undefined : row.novelty));
      const encoded = encodeOutputs(request, model, results, novelty);
      return respond(c, encoded.body, 200, encoded.headers);
    } finally {
      memory.release();
    }
  }
}

/** @throws what is no refusal: a bug is the whole request's error. */
function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  throw error;
}

/**
 * Clients of this protocol know of no error of a row, and would take what stands in its place for an answer: a request
 * fails with its first bad row, unless it says that it knows.
 *
 * @throws Refusal which names the row.
 */
function checkRows(rows: readonly (PictureResult | Refusal)[], partial: boolean): void {
  const at = rows.findIndex((row) => row instanceof Refusal);
  const first = rows[at];
  if (!(first instanceof Refusal)) return;
  const good = rows.filter((row) => !(row instanceof Refusal)).length;
  if (partial && good > 0) return;
  if (rows.length === 1) throw first;
  const others = good > 0 ? `. The parameter "partial": true has the ${good} good ones answered` : '';
  throw new Refusal(first.status, `element ${at} of the batch: ${first.message}${others}`, first.retryAfter);
}

/** Milliseconds. Triton counts a request's `timeout` in microseconds; 0 is none. */
function deadlineOf(timeout: unknown): number | undefined {
  return typeof timeout === 'number' && timeout > 0 ? timeout / 1000 : undefined;
}

/** The rows run at the same time: the one that took longest is the time of the request. */
function longest(all: readonly Timings[]): Timings | undefined {
  const total = ({ decode, prepare, queue, run }: Timings) => decode + prepare + queue + run;
  return all.reduce<Timings | undefined>(
    (most, one) => (most && total(most) >= total(one) ? most : one),
    undefined,
  );
}
