/** The JSON Schema for editors is that of the file's form, takes every policy of the cases, and refuses what is not of the form. */
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { readFileSync } from 'node:fs';
import { policyFileJsonSchema } from '../../../domain/policy/life/published.schema.ts';
import { printPolicyFile } from '../../../domain/policy/policy-file.ts';
import { parse } from 'yaml';
import { policyCases } from '../cases.ts';

const published = JSON.parse(readFileSync(new URL('../../../docs/policy.schema.json', import.meta.url), 'utf8')) as object;
const validate = new Ajv({ strict: true, allErrors: true, strictTypes: false, formats: { 'date-time': true } }).compile(published);
const policies = policyCases.flatMap((each) => each.policies);

const form = (network: object, more: object = {}) => ({
  policy: 'p',
  title: 'a title',
  owner: 'ann',
  requirements: [{ id: 'r1', text: 'Given.' }],
  rules: [{ id: 'a', requirement: 'r1', network, ...more }],
});
const match = { from: 'any', to: 'any', service: 'tcp/22' };

describe('docs/policy.schema.json', () => {
  it('is what `node scripts/policy-schema.ts` writes', () => {
    expect(published).toEqual(JSON.parse(JSON.stringify(policyFileJsonSchema())));
  });

  it.each(policies.map((policy) => [policy.policy, policy] as const))('takes policy %s', (_, policy) => {
    validate(parse(printPolicyFile(policy)));
    expect(validate.errors).toBeNull();
  });

  it('takes every field of a rule', () => {
    const exception = { owner: 'ann', reason: 'moving', until: '2026-12-01T18:00:00Z' };
    validate(
      form(
        { deny: { ...match, sourcePorts: '1024-65535', direction: 'in', state: ['new'] } },
        { exception, except: { to: '10.0.0.1', exception } },
      ),
    );
    expect(validate.errors).toBeNull();
  });

  it.each([
    ['an unknown key', form({ allow: { ...match, sourcePort: '53' } })],
    ['a direction of its own', form({ allow: { ...match, direction: 'up' } })],
    ['a state of its own', form({ allow: { ...match, state: ['old'] } })],
    ['an exception without an owner', form({ allow: match }, { exception: { reason: 'x', until: '2026-12-01T18:00:00Z' } })],
    ['an id in capitals', { ...form({ allow: match }), policy: 'P' }],
  ])('refuses %s', (_, policy) => {
    expect(validate(policy)).toBe(false);
  });
});
