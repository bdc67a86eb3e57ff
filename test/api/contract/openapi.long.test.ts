import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { permissions } from '../../../api/contract/route.ts';
import type { RouteSpec } from '../../../api/contract/route.ts';
import { routes } from '../../../api/contract/routes.ts';
import { openApiDocument } from '../../../api/openapi.ts';

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const { version } = JSON.parse(read('package.json')) as { version: string };
const Ajv2020 = (
  createRequire(import.meta.url)('ajv/dist/2020.js') as { default: new (options: object) => { compile: (schema: object) => unknown } }
).default;

describe('the OpenAPI document', () => {
  it('that is checked in is the one that the routes make', () => {
    expect(JSON.parse(read('docs/openapi.json'))).toEqual(JSON.parse(JSON.stringify(openApiDocument(version))));
  });

  it('refers only to schemas that it has, and they compile together', () => {
    const document = openApiDocument(version) as unknown as { components: { schemas: Record<string, object> } };
    const text = JSON.stringify(document);
    const names = [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/gu)].map((match) => match[1]!);
    expect(names.length).toBeGreaterThan(50);
    for (const name of new Set(names)) expect(Object.keys(document.components.schemas)).toContain(name);
    const local = JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/')) as typeof document;
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    const each = Object.keys(document.components.schemas).map((name) => ({ $ref: `#/$defs/${name}` }));
    ajv.compile({ anyOf: each, $defs: local.components.schemas });
  });
});

describe('every route', () => {
  const all = Object.entries(routes) as [string, RouteSpec][];

  it('has its own method and path', () => {
    const lines = all.map(([, { method, path }]) => `${method} ${path}`);
    expect(new Set(lines).size).toBe(lines.length);
    expect(lines.length).toBeGreaterThan(45);
  });

  it.each(all)('%s has a door, a summary that is a sentence, and schemas for all that comes in', (_, spec) => {
    expect([...permissions, 'engine-token', 'signature', 'sign-in', 'anonymous']).toContain(spec.access);
    expect(spec.summary).toMatch(/^[A-Z].*\.$/u);
    const names = [...spec.path.matchAll(/:([a-z]+)/gu)].map((match) => match[1]);
    expect(Object.keys((spec.params as z.ZodObject | undefined)?.shape ?? {}).toSorted((a, b) => a.localeCompare(b))).toEqual(
      names.toSorted((a = '', b = '') => a.localeCompare(b)),
    );
    if (spec.method === 'POST') expect(spec.body).toBeDefined();
    if (spec.method === 'GET') expect(spec.body).toBeUndefined();
  });

  it('refuses a body with an unknown key', () => {
    const open = all
      .filter(
        ([, { body }]) =>
          body instanceof z.ZodObject && (body._zod.def as unknown as { catchall?: z.ZodType }).catchall?._zod.def.type !== 'never',
      )
      .map(([name]) => name);
    // OPA's own document, which grows with its releases.
    expect(open).toEqual(['opa.status']);
  });

  it('asks nobody who they are only where they are about to say it', () => {
    expect(all.filter(([, { access }]) => access === 'sign-in').map(([name]) => name)).toEqual([
      'sign-in.options',
      'sign-in.link',
      'sign-in.oidc-start',
      'sign-in.oidc-callback',
      'session.start',
    ]);
  });

  it('that takes a password or a link keeps no digest of it', () => {
    const secret = all.filter(
      ([, { body }]) =>
        body !== undefined && /"(?:password|current|link)"/u.test(JSON.stringify(z.toJSONSchema(body, { unrepresentable: 'any' }))),
    );
    expect(secret.map(([name, { secretBody }]) => [name, secretBody])).toEqual([
      ['sign-in.link', true],
      ['session.start', true],
      ['session.step-up', true],
      ['session.password', true],
    ]);
  });

  it('is anonymous only where it is health', () => {
    expect(all.filter(([, { access }]) => access === 'anonymous').map(([name]) => name)).toEqual(['health']);
  });
});
