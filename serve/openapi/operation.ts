// What the description of one operation of the server says.
import { z } from 'zod';

/** A body, by its content type; a schema, or `binary` for bytes. */
export type Content = Readonly<Record<string, z.ZodType | 'binary' | 'text'>>;

export interface Operation {
  readonly method: 'get' | 'post';
  /** Several when they differ in nothing but how the model is named. */
  readonly paths: readonly string[];
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** Options behind the `?`. */
  readonly query?: z.ZodObject;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Content;
  readonly answers: Readonly<Record<number, { readonly description: string; readonly content?: Content }>>;
  /** Whether it answers without a key where keys are asked for. */
  readonly open?: true;
  /** A command to try it. */
  readonly example: string;
}

export const errorSchema = z.object({
  error: z.string().describe('What was received, expected, and to be done'),
});

const error = (description: string) => ({ description, content: { 'application/json': errorSchema } });

/** Answers that many operations share. */
export const refusals = {
  400: error('The request is not what it should be'),
  401: error('A key is needed, and this is none'),
  404: error('There is no such model or version; the nearest name is told'),
  413: error('The body, or the picture in it, is larger than may be'),
  415: error('This is no picture that is read: JPEG, PNG, WebP and GIF are'),
  422: error('The picture is damaged'),
  503: error(
    'Too much waits already, or the models are not ready: try again after the seconds of Retry-After',
  ),
  504: error('The answer would have come too late'),
} as const;
