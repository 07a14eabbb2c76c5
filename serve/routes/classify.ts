// POST /classify: pictures in; the most probable label, all labels that are there, or numbers out, as the model answers.
import { z } from 'zod';
import { answerOf } from '../../models/answer.ts';
import { familiarityOf } from '../../models/novelty.ts';
import { shortNumbers } from '../../models/short-numbers.ts';
import type { Timings } from '../engine/events.ts';
import { type Choice, chooseModel, type ServedModel, versionName } from '../engine/models.ts';
import type { PictureResult } from '../engine/picture-states.ts';
import { jsonFormSchema } from '../forms/json.ts';
import { readRequestPictures } from '../forms/read.ts';
import type { NamedPicture } from '../forms/request-pictures.ts';
import { type AppContext, isGone } from '../http/context.ts';
import { queryReader } from '../http/read-query.ts';
import { RETRY_AFTER, respond, respondJson, waitForAll } from '../http/respond.ts';
import {
  classifyManyResponseSchema,
  classifyResponseSchema,
  namedQuerySchema,
  querySchema,
} from '../openapi/classify-schema.ts';
import { type Operation, refusals } from '../openapi/operation.ts';
import { Refusal } from '../refusal.ts';
import { noteReceived, noteResult } from '../tracing/traced-request.ts';
import type { Route, Services } from './route.ts';

const operation: Omit<Operation, 'query' | 'example'> = {
  tag: 'Pictures',
  summary: 'Classify one picture or several',
  description:
    'A picture is the body itself, a file "img" of a form, base64 in JSON, or an array of pixels; its first bytes decide which, not the content type. It is turned upright, its alpha is laid over white, and it is resized by the rule of the model.',
  headers: { 'Content-Encoding': 'gzip or deflate' },
  body: {
    'multipart/form-data': z.object({
      img: z
        .array(z.string().meta({ contentMediaType: 'application/octet-stream' }))
        .describe('One file or several'),
    }),
    'image/*': 'binary',
    'application/json': z.union([
      ...jsonFormSchema.options,
      z.array(z.unknown()).describe('Pixels alone, as in "pixels"'),
    ]),
  },
  answers: {
    200: {
      description:
        'The response for one picture; a list for several, in their order, where each has its own result or error: it is sent when at least one of them has a result, and with the status of the first error when none has',
      content: {
        'application/json': z.union([...classifyResponseSchema.options, classifyManyResponseSchema]),
      },
    },
    ...refusals,
  },
};

/** What the routes that classify need of the server. */
type ClassifyServices = Pick<Services, 'engine' | 'limits' | 'openMemory' | 'errorOf'>;

/** What of the query is about each picture: see `namedQuerySchema`. */
interface Wanted {
  readonly top: number;
  readonly embedding: boolean;
}

/** Returns the function that answers with the pictures of a request classified. */
function createClassify({ engine, limits, openMemory, errorOf }: ClassifyServices) {
  async function classify(c: AppContext, model: ServedModel, wanted: Wanted): Promise<Response> {
    c.set('model', versionName(model));
    const memory = openMemory();
    try {
      c.get('allowance')?.expectPictures();
      const { many, pictures } = await readRequestPictures(c, limits, memory);
      c.get('allowance')?.takePictures(pictures.length);
      noteReceived(c.get('traced'), pictures.length);
      const [first] = pictures;
      return many || first === undefined
        ? await respondMany(c, model, pictures, wanted)
        : await respondOne(c, model, first.picture, wanted);
    } finally {
      memory.release();
    }
  }

  async function respondOne(
    c: AppContext,
    model: ServedModel,
    picture: NamedPicture['picture'],
    { top, embedding }: Wanted,
  ) {
    if (picture instanceof Refusal) throw picture;
    const result = await engine.classify(model, picture, { gone: () => isGone(c), embedding });
    noteResult(c.get('traced'), model, result);
    c.set('stages', result.timings);
    const { name, version } = model;
    return respondJson(c, { model: name, version, ...answerTo(model, result, top) });
  }

  /** 200 when at least one was classified, otherwise the status of the first. */
  async function respondMany(
    c: AppContext,
    model: ServedModel,
    pictures: readonly NamedPicture[],
    { top, embedding }: Wanted,
  ) {
    const results = await waitForAll(
      pictures.map(async ({ picture, file }) => {
        try {
          if (picture instanceof Refusal) throw picture;
          const result = await engine.classify(model, picture, { gone: () => isGone(c), embedding });
          noteResult(c.get('traced'), model, result);
          return { file, ...answerTo(model, result, top) };
        } catch (error) {
          return { file, ...errorOf(c, error) };
        }
      }),
    );
    const [first] = results.map((result) => ('status' in result ? result.status : 200));
    const status = results.some((result) => !('status' in result)) ? 200 : first;
    const body = { model: model.name, version: model.version, results };
    if (status !== 503) return respondJson(c, body, status);
    const headers = { 'content-type': 'application/json', 'retry-after': String(RETRY_AFTER) };
    return respond(c, JSON.stringify(body), status, headers);
  }

  return classify;
}

/** The handler of POST /classify. */
function classifyHandler(services: ClassifyServices): Route['handle'] {
  const classify = createClassify(services);
  const readQuery = queryReader(querySchema);
  return (c) => {
    const { model, version, ...wanted } = readQuery(c);
    return classify(c, chooseModel(services.engine, model, version), wanted);
  };
}

export function classifyRoutes(services: ClassifyServices): Route[] {
  const classify = createClassify(services);
  const readNamedQuery = queryReader(namedQuerySchema);
  return [
    {
      method: 'post',
      paths: ['/classify'],
      openapi: {
        ...operation,
        query: querySchema,
        example: 'curl -F img=@picture.png localhost:3000/classify?top=3',
      },
      handle: classifyHandler(services),
    },
    {
      method: 'post',
      paths: ['/models/:model/classify', '/models/:model/versions/:version{[0-9]+}/classify'],
      openapi: {
        ...operation,
        query: namedQuerySchema,
        example: 'curl --data-binary @picture.png localhost:3000/models/digits/classify',
      },
      handle(c) {
        const wanted = readNamedQuery(c);
        return classify(c, modelOf(c, services.engine), wanted);
      },
    },
  ];
}

/** POST /classify at every address that is no other route's, for an app that gives the server one route of its own. */
export function classifyAnywhere(services: ClassifyServices): Route {
  return {
    method: 'post',
    paths: ['*'],
    openapi: { none: 'it is POST /classify, at whatever address the app has given it' },
    handle: classifyHandler(services),
  };
}

/** The model that the path names, `:model` and perhaps `:version`. @throws Refusal as `chooseModel` does. */
export function modelOf(c: AppContext, choice: Choice): ServedModel {
  const version = c.req.param('version');
  return chooseModel(choice, c.req.param('model'), version === undefined ? undefined : Number(version));
}

function answerTo(
  { card }: ServedModel,
  { output, novelty, embedding, timings }: PictureResult,
  top: number,
) {
  return {
    ...answerOf(card, output, top),
    ...familiarityOf(card, novelty),
    ...(embedding && { embedding: shortNumbers(embedding) }),
    timings: rounded(timings),
  };
}

/** To the microsecond: further digits are noise. */
function rounded({ decode, prepare, queue, run }: Timings): Timings {
  const micro = (milliseconds: number) => Math.round(milliseconds * 1000) / 1000;
  return { decode: micro(decode), prepare: micro(prepare), queue: micro(queue), run: micro(run) };
}
