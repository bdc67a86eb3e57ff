/** The table of routes as an OpenAPI 3.1 document. Same table, same bytes. https://spec.openapis.org/oas/v3.1.1 */
import { z } from 'zod';
import type { JsonObject } from '../domain/json.ts';
import { Problem } from './contract/problem.ts';
import type { Access, RouteSpec } from './contract/route.ts';
import { routes } from './contract/routes.ts';

type Schemas = { readonly schema: JsonObject; readonly components: { readonly [id: string]: JsonObject } };

export function openApiDocument(version: string): JsonObject & { readonly openapi: string } {
  const components: { [id: string]: JsonObject } = {};
  const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): JsonObject => {
    const made = jsonSchema(schema, io);
    Object.assign(components, made.components);
    return made.schema;
  };
  const paths: { [path: string]: { [method: string]: JsonObject } } = {};
  for (const [name, spec] of Object.entries(routes) as [string, RouteSpec][]) {
    const path = spec.path.replace(/:(?<parameter>[a-z]+)/gu, '{$<parameter>}');
    paths[path] = { ...paths[path], [spec.method.toLowerCase()]: operation(name, spec, schemaOf) };
  }
  schemaOf(Problem, 'output');
  return {
    openapi: '3.1.1',
    info: {
      title: 'Edict',
      version,
      description: 'Security policy from a sentence to enforcement, watched and repaired. Refusals are RFC 9457 problem details.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths,
    components: { schemas: sorted(components), securitySchemes },
  };
}

const securitySchemes = {
  token: { type: 'http', scheme: 'bearer', description: 'API token of a person.' },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-edict',
    description: 'Session of a browser; changing requests also carry `x-edict-csrf` (`csrf` of GET /v1/session).',
  },
  engine: { type: 'http', scheme: 'bearer', description: 'Token of the policy engine.' },
  signature: {
    type: 'apiKey',
    in: 'header',
    name: 'webhook-signature',
    description: 'Standard Webhooks: HMAC-SHA-256 over id, timestamp and raw body.',
  },
} as const satisfies JsonObject;

function securityOf(access: Access): readonly JsonObject[] {
  if (access === 'anonymous' || access === 'sign-in') return [];
  if (access === 'engine-token') return [{ engine: [] }];
  return access === 'signature' ? [{ signature: [] }] : [{ token: [] }, { session: [] }];
}

type SchemaOf = (schema: z.ZodType, io: 'input' | 'output') => JsonObject;

function operation(name: string, spec: RouteSpec, schemaOf: SchemaOf): JsonObject {
  return {
    operationId: name,
    tags: [name.split('.', 1)[0] ?? name],
    summary: spec.summary,
    'x-access': spec.access,
    security: securityOf(spec.access),
    parameters: [...parameters('path', spec.params, schemaOf), ...parameters('query', spec.query, schemaOf), ...headers(spec)],
    ...(spec.body === undefined ? {} : { requestBody: requestBody(spec, spec.body, schemaOf) }),
    responses: responses(spec, schemaOf),
  };
}

function parameters(place: 'path' | 'query', schema: z.ZodType | undefined, schemaOf: SchemaOf): readonly JsonObject[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
    properties?: { [name: string]: JsonObject };
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }));
}

function headers({ method, access, secretReply, secretBody }: RouteSpec): readonly JsonObject[] {
  if (access === 'signature') {
    return ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => ({
      name,
      in: 'header',
      required: true,
      schema: { type: 'string' },
    }));
  }
  if (method !== 'POST' || access === 'engine-token' || secretBody === true) return [];
  return [
    {
      name: 'idempotency-key',
      in: 'header',
      required: false,
      schema: { type: 'string', maxLength: 255 },
      description:
        secretReply === true
          ? 'The same key again is refused (`conflict`): the secret is shown once.'
          : 'The same key again gets the stored answer.',
    },
  ];
}

function requestBody(spec: RouteSpec, body: z.ZodType, schemaOf: SchemaOf): JsonObject {
  const schema = schemaOf(body, 'input');
  const types = spec.consumes ?? ['application/json'];
  return { required: true, content: Object.fromEntries(types.map((type) => [type, { schema }])) };
}

function responses(spec: RouteSpec, schemaOf: SchemaOf): JsonObject {
  const problem = { description: 'refused', content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } };
  const bare = (status: number) => status === 204 || status === 302 || status === 304;
  const content = (status: number) =>
    bare(status) ? {} : { content: { [spec.produces ?? 'application/json']: { schema: schemaOf(spec.reply, 'output') } } };
  const good = [spec.status, ...(spec.otherStatus ?? [])].map(
    (status) => [String(status), { description: descriptions[status] ?? 'done', ...content(status) }] as const,
  );
  return { ...Object.fromEntries(good), default: problem };
}

const descriptions: { readonly [status: number]: string } = {
  200: 'ok',
  201: 'made',
  202: 'taken, under way',
  204: 'done',
  302: 'go on there',
  304: 'not modified',
};

/** Named schemas become components. */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Schemas {
  const {
    $defs,
    $schema: _schema,
    ...made
  } = z.toJSONSchema(schema, {
    io,
    target: 'draft-2020-12',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      delete jsonSchema.readOnly;
    },
  }) as JsonObject & { $defs?: { [id: string]: JsonObject } };
  const whole = renamed(made) as JsonObject & { id?: string };
  const components = Object.fromEntries(
    Object.entries($defs ?? {}).map(([id, component]) => [id, withoutId(renamed(component) as JsonObject)]),
  );
  if (whole.id === undefined) return { schema: whole, components };
  return { schema: { $ref: `#/components/schemas/${whole.id}` }, components: { ...components, [whole.id]: withoutId(whole) } };
}

function renamed(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll('"#/$defs/', '"#/components/schemas/'));
}

function withoutId({ id: _id, ...schema }: JsonObject): JsonObject {
  return schema;
}

function sorted(components: { readonly [id: string]: JsonObject }): JsonObject {
  return Object.fromEntries(Object.entries(components).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
