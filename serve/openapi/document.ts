// The description of the server in OpenAPI 3.1, made from the schemas that its requests are checked by.
// Reference: https://spec.openapis.org/oas/v3.1.0.
import { z } from 'zod';
import type { BodyContent, DescribedOperation } from './operation.ts';

/** Parameters in paths. */
const pathParameters: Readonly<Record<string, { readonly description: string; readonly schema: object }>> = {
  model: { description: 'Name of the model', schema: { type: 'string' } },
  version: { description: 'Version of the model', schema: { type: 'integer', minimum: 1 } },
};

const securitySchemes = {
  bearer: { type: 'http', scheme: 'bearer' },
  header: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
};

/** Makes the document. */
export function openApiDocument(operations: readonly DescribedOperation[], version: string) {
  const paths: Record<string, Record<string, object>> = {};
  const schemas: Schemas = {};
  for (const operation of operations) {
    for (const path of operation.paths) {
      paths[path] = { ...paths[path], [operation.method]: describe(operation, path, schemas) };
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Trainyard',
      version,
      summary: 'Classifies pictures',
      description:
        'Every response has the headers X-Request-Id, which repeats the id of the request, and Server-Timing, in milliseconds. An API key is needed when the server was started with a file of keys.',
    },
    paths,
    components: { schemas, securitySchemes },
  };
}

/** Schemas that have a name; operations refer to them. */
type Schemas = Record<string, object>;

function describe(operation: DescribedOperation, path: string, schemas: Schemas): object {
  const { tag, summary, description, query, headers = {}, body, answers, open } = operation;
  const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    ...pathParameters[name],
  }));
  const options = Object.entries(query?.shape ?? {}).map(([name, field]) => {
    // What is read from the text, not the text: generated clients then take a number.
    const { description, ...schema } = schemaOf(field, 'output', schemas);
    return { name, in: 'query', description, schema };
  });
  const ofHeader = Object.entries(headers).map(([name, description]) => ({
    name,
    in: 'header',
    description,
    schema: { type: 'string' },
  }));
  return {
    tags: [tag],
    operationId: operationId(operation.method, path),
    summary,
    ...(description === undefined ? {} : { description }),
    parameters: [...named, ...options, ...ofHeader],
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: contentOf(body, 'input', schemas) } }),
    responses: Object.fromEntries(
      Object.entries(answers).map(([status, { description, content }]) => [
        status,
        { description, ...(content === undefined ? {} : { content: contentOf(content, 'output', schemas) }) },
      ]),
    ),
    security: open ? [{}] : [{}, { bearer: [] }, { header: [] }],
  };
}

function contentOf(content: BodyContent, io: 'input' | 'output', schemas: Schemas): object {
  return Object.fromEntries(
    Object.entries(content).map(([type, schema]) => {
      if (schema === 'binary') return [type, {}]; // OpenAPI 3.1: raw bytes have no schema
      return [type, { schema: schema === 'text' ? { type: 'string' } : schemaOf(schema, io, schemas) }];
    }),
  );
}

/** JSON Schema as in OpenAPI 3.1. Those that have a name are put among the named ones. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', schemas: Schemas) {
  const made = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  const refer = (text: string) => text.replaceAll('"#/$defs/', '"#/components/schemas/');
  const {
    $schema: _,
    $defs = {},
    ...rest
  }: z.core.JSONSchema.JSONSchema = JSON.parse(refer(JSON.stringify(made)));
  for (const [name, { id: _, ...definition }] of Object.entries($defs)) schemas[name] = definition;
  return rest;
}

/** `post /models/{model}/classify` becomes `postModelsModelClassify`. */
function operationId(method: string, path: string): string {
  const words = path.match(/\w+/g) ?? [];
  return method + words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('');
}
