// What the description of one operation of the server says: a route's entry in /openapi.json and /docs.

import { z } from 'zod';
import { decodableInWords } from '../../models/image/file/format.ts';

/** A body, by its content type: a schema, `binary` for bytes, or `text`. */
export type BodyContent = Readonly<Record<string, z.ZodType | 'binary' | 'text'>>;

export interface Operation {
  /** Operations of one tag are shown together. */
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** Options behind the `?`. */
  readonly query?: z.ZodObject;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: BodyContent;
  readonly answers: Readonly<
    Record<number, { readonly description: string; readonly content?: BodyContent }>
  >;
  /** A command to try it. */
  readonly example: string;
}

/** An operation with what its route says about it. */
export interface DescribedOperation extends Operation {
  readonly method: 'get' | 'post';
  /** As OpenAPI has them: `/models/{model}/classify`. */
  readonly paths: readonly string[];
  /** Whether it answers without a key where keys are asked for. */
  readonly open: boolean;
}

/** A route, as far as it is described. */
interface DescribedRoute {
  readonly method: 'get' | 'post';
  readonly paths: readonly string[];
  readonly access?: 'open' | 'key' | 'models';
  readonly openapi: Operation | { readonly none: string };
}

/** The operations of those routes that have an entry. */
export function describedOperations(routes: readonly DescribedRoute[]): DescribedOperation[] {
  return routes.flatMap(({ method, paths, access, openapi }) =>
    'none' in openapi
      ? []
      : [{ ...openapi, method, paths: paths.map(toOpenApiPath), open: access === 'open' }],
  );
}

/** `/models/:model/versions/:version{[0-9]+}` becomes `/models/{model}/versions/{version}`. */
function toOpenApiPath(path: string): string {
  return path.replace(/:(\w+)(\{[^}]*\})?/g, '{$1}');
}

export const errorSchema = z
  .object({
    error: z.string().describe('What was received, what was expected, and what to do'),
  })
  .meta({ id: 'Error' });

const error = (description: string) => ({ description, content: { 'application/json': errorSchema } });

/** Answers that many operations share. */
export const refusals = {
  400: error('The request is not valid'),
  401: error('A key is needed, and there is none or an unknown one'),
  403: error('This is switched off here'),
  404: error('There is no such model or version; the error names the nearest'),
  409: error('It does not go with what is there already'),
  413: error('The body, or the picture in it, is too large'),
  415: error(`This is not a picture that can be read: ${decodableInWords} can`),
  422: error('The picture is damaged'),
  429: error('The quota of the key is used up: try again after the seconds of Retry-After'),
  503: error('The queue is full, or the models are not ready: try again after the seconds of Retry-After'),
  504: error('There was no result within the deadline'),
} as const;
