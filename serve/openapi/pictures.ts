// The operations that classify pictures and tell of models.
import { z } from 'zod';
import { cardSchema } from '../../models/card.ts';
import { jsonFormSchema } from '../forms/json.ts';
import { answerSchema, answersSchema, namedQuerySchema, querySchema } from '../routes/classify.ts';
import { type Operation, refusals } from './operation.ts';

const pixelsAlone = z.array(z.unknown()).describe('Pixels alone, as in "pixels"');
const picture = 'binary';

/** What POST /classify takes. */
const body = {
  'multipart/form-data': z.object({
    img: z
      .array(z.string().meta({ contentMediaType: 'application/octet-stream' }))
      .describe('One file or several'),
  }),
  'image/*': picture,
  'application/json': z.union([...jsonFormSchema.options, pixelsAlone]),
} as const;

const answers = {
  200: {
    description:
      'The answer for one picture; a list for several, in their order, where each has its own success',
    content: { 'application/json': z.union([answerSchema, answersSchema]) },
  },
  ...refusals,
};

const classify = {
  method: 'post',
  tag: 'Pictures',
  summary: 'Classify one picture or several',
  description:
    'A picture is the body itself, a file "img" of a form, base64 in JSON, or an array of pixels; its first bytes tell which, not the content type. It is turned upright, its alpha laid over white, and resized by the rule of the model.',
  body,
  answers,
} as const;

export const modelsSchema = z.object({
  models: z.array(
    z.object({
      name: z.string(),
      version: z.int(),
      newest: z.boolean().describe('Whether it answers when no version is asked for'),
      url: z.string().describe('Address of the model file'),
      bytes: z.int(),
      sha256: z.string(),
      card: cardSchema,
    }),
  ),
});

export const pictureOperations: readonly Operation[] = [
  {
    ...classify,
    paths: ['/classify'],
    query: querySchema,
    example: 'curl -F img=@picture.png localhost:3000/classify?top=3',
  },
  {
    ...classify,
    paths: ['/models/{model}/classify', '/models/{model}/versions/{version}/classify'],
    query: namedQuerySchema,
    example: 'curl --data-binary @picture.png localhost:3000/models/digits/classify',
  },
  {
    method: 'get',
    paths: ['/models'],
    tag: 'Models',
    summary: 'What is served, with the cards',
    answers: {
      200: { description: 'All versions of all models', content: { 'application/json': modelsSchema } },
      401: refusals[401],
    },
    example: 'curl localhost:3000/models',
  },
  {
    method: 'get',
    paths: ['/models/{model}/versions/{version}/model.onnx'],
    tag: 'Models',
    summary: 'The model file',
    answers: {
      200: { description: 'ONNX', content: { 'application/octet-stream': 'binary' } },
      304: { description: 'The file is the one whose ETag was sent' },
      401: refusals[401],
      404: refusals[404],
      503: refusals[503],
    },
    example: 'curl -O localhost:3000/models/digits/versions/1/model.onnx',
  },
];
