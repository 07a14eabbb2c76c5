// POST /v2/models/:model/infer: inference by the Open Inference Protocol, version 2.
import { versionName } from '../engine/models.ts';
import { type AppContext, isGone, requestHeader } from '../http/context.ts';
import { respond } from '../http/respond.ts';
import { refusals } from '../openapi/operation.ts';
import { infer } from '../openinference/infer.ts';
import { encodeOutputs } from '../openinference/outputs.ts';
import { readInference } from '../openinference/request.ts';
import { inferRequestSchema, inferResponseSchema } from '../openinference/schema.ts';
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
      handle,
    },
  ];

  async function handle(c: AppContext): Promise<Response> {
    const model = modelOf(c, engine);
    c.set('model', versionName(model));
    const memory = openMemory();
    try {
      c.get('allowance')?.expectPictures();
      const body = await readBody(uploadOf(c, limits.bodyBytes, memory));
      const headerLength = requestHeader(c, 'inference-header-content-length');
      const inference = readInference(body, headerLength, limits, model);
      const asking = { gone: () => isGone(c), allowance: c.get('allowance'), traced: c.get('traced') };
      const { results, stages } = await infer({ engine, limits }, model, inference, asking);
      c.set('stages', stages);
      const encoded = encodeOutputs(inference.request, model, results);
      return respond(c, encoded.body, 200, encoded.headers);
    } finally {
      memory.release();
    }
  }
}
