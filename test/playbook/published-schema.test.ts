/** The JSON Schema for editors is that of the compiler's form, takes every playbook that is shipped, and refuses what is not of the form. */
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { playbookJsonSchema, playbookTestsJsonSchema, semanticsCasesJsonSchema } from '../../domain/playbook/published.schema.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const published = JSON.parse(read('docs/playbook.schema.json')) as object;
const validate = new Ajv({ strict: true, allErrors: true, strictTypes: false }).compile(published);
const playbooks = readdirSync(new URL('../../playbooks/', import.meta.url)).filter(
  (name) => name.endsWith('.yaml') && !name.endsWith('.test.yaml'),
);

const form = (step: object): object => ({ playbook: 'p', version: '1.0.0', title: 'a title', steps: [{ id: 'a', ...step }] });

describe('docs/playbook.schema.json', () => {
  it('is what `node scripts/playbook-schema.ts` writes', () => {
    expect(published).toEqual(JSON.parse(JSON.stringify(playbookJsonSchema())));
  });

  it.each(playbooks)('takes playbooks/%s', (name) => {
    validate(parse(read(`playbooks/${name}`)));
    expect(validate.errors).toBeNull();
  });

  it('takes a step inside steps inside steps', () => {
    expect(validate(form({ if: 'true', else: [{ id: 'b', parallel: { steps: [{ id: 'c', wait: '1s' }] } }] }))).toBe(true);
  });

  it.each([
    ['an unknown key of a step', form({ wait: '1s', timout: '1s' })],
    ['an unknown key deep inside', form({ if: 'true', else: [{ id: 'b', parallel: { steps: [{ id: 'c', wiat: '1s' }] } }] })],
    ['an action that is not in the catalogue', form({ action: 'network.isolat' })],
    ['an id in capitals', form({ id: 'Ask', wait: '1s' })],
    ['a version of two numbers', { ...form({ wait: '1s' }), version: '1.0' }],
    ['a playbook without steps', { playbook: 'p', version: '1.0.0', title: 't' }],
  ])('refuses %s', (_, playbook) => {
    expect(validate(playbook)).toBe(false);
  });

  it('says what keys mean, and lists the actions', () => {
    expect(JSON.stringify(published)).toContain('"network.isolate"');
    expect(JSON.stringify(published)).toContain('"description":"The effect is undone by itself after so long');
  });
});

describe('docs/playbook-test.schema.json', () => {
  const tests = JSON.parse(read('docs/playbook-test.schema.json')) as object;
  const validateTests = new Ajv({ strict: true, allErrors: true, strictTypes: false }).compile(tests);

  it('is what `node scripts/playbook-schema.ts` writes', () => {
    expect(tests).toEqual(JSON.parse(JSON.stringify(playbookTestsJsonSchema())));
  });

  it.each(playbooks)('takes the tests of playbooks/%s', (name) => {
    validateTests(parse(read(`playbooks/${name.replace('.yaml', '.test.yaml')}`)));
    expect(validateTests.errors).toBeNull();
  });

  it.each([
    ['a test that expects no outcome', [{ name: 'a', expect: {} }]],
    ['an unknown key', [{ name: 'a', expcet: { outcome: 'done' } }]],
    ['no list', { name: 'a', expect: { outcome: 'done' } }],
  ])('refuses %s', (_, given) => {
    expect(validateTests(given)).toBe(false);
  });
});

describe('docs/semantics-cases.schema.json', () => {
  const schema = JSON.parse(read('docs/semantics-cases.schema.json')) as object;
  const validateCases = new Ajv({ strict: true, allErrors: true, strictTypes: false }).compile(schema);

  it('is what `node scripts/playbook-schema.ts` writes', () => {
    expect(schema).toEqual(JSON.parse(JSON.stringify(semanticsCasesJsonSchema())));
  });

  it.each(['semantics', 'kinds', 'approvals', 'control'])('takes test/cases/playbook/%s.yaml', (name) => {
    validateCases(parse(read(`test/cases/playbook/${name}.yaml`)));
    expect(validateCases.errors).toBeNull();
  });

  it.each([
    ['a case without steps', { name: 'a', expect: { outcome: 'done' } }],
    ['a case that expects nothing', { name: 'a', steps: '- { id: a, wait: 1s }' }],
    ['a mistyped key', { name: 'a', steps: '- { id: a, wait: 1s }', expcet: { outcome: 'done' } }],
  ])('refuses %s', (_, given) => {
    expect(validateCases([given])).toBe(false);
  });
});
