// Reads the query of a request by a schema.
import type { z } from 'zod';
import { suggestion } from '../../models/nearest.ts';
import { Refusal } from '../refusal.ts';
import type { AppContext } from './context.ts';

/** Different queries that are cached: those of one client are all alike. */
const MOST_CACHED = 64;

/** Characters of a query that is cached at most. */
const MOST_CHARACTERS = 100;

/**
 * Returns a function that reads the query of a request. A query that was read before is not parsed again.
 *
 * @throws Refusal 400, by the function returned, which names each option that is not valid.
 */
export function queryReader<T extends z.ZodRawShape>(schema: z.ZodObject<T>) {
  const cache = new Map<string, z.infer<z.ZodObject<T>>>();
  return (c: AppContext) => {
    const { url } = c.req;
    const start = url.indexOf('?');
    const text = start === -1 ? '' : url.slice(start);
    let query = cache.get(text);
    if (query === undefined) {
      query = parseQuery(schema, once(c.req.queries()));
      if (cache.size < MOST_CACHED && text.length < MOST_CHARACTERS) cache.set(text, query);
    }
    return query;
  };
}

/** @throws Refusal 400 for an option that is given more than once. */
function once(queries: Record<string, string[]>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(queries).map(([name, [value = '', ...others]]) => {
      if (others.length > 0)
        throw new Refusal(400, `${name}: received ${others.length + 1} values, expected one`);
      return [name, value];
    }),
  );
}

function parseQuery<T extends z.ZodRawShape>(
  schema: z.ZodObject<T>,
  query: Record<string, string>,
): z.infer<z.ZodObject<T>> {
  const result = schema.safeParse(query);
  if (result.success) return result.data;
  const options = Object.keys(schema.shape);
  const complaints = result.error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => `there is no option "${key}". ${suggestion(key, options)}`);
    }
    const key = String(issue.path[0]);
    return [`${key}: received ${JSON.stringify(query[key])}, expected ${issue.message}`];
  });
  throw new Refusal(400, complaints.join('; '));
}
