/** Secrets in playbooks: a labelled list, and every playbook that we ship. */
import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { lintPlaybook } from '../../../domain/playbook/quality/lint.ts';

type Case = { readonly name?: string; readonly text: string; readonly is?: 'error' | 'warning'; readonly what?: string };
const here = (path: string): URL => new URL(path, import.meta.url);
const cases = (parse(readFileSync(here('../../cases/playbook/secrets.yaml'), 'utf8')) as Case[]).map((each) => ({
  ...each,
  text: each.text.replaceAll('~', ''),
}));
const head = 'playbook: p\nversion: 1.0.0\ntitle: t\ntriggers: [{ manual: { roles: [analyst] } }]\ninputs: { host: { type: asset } }\n';

/** In a value of a value, since actions of ours have no such inputs. */
const playbook = (name: string, text: string): string =>
  `${head}steps:\n  - id: a\n    action: control.noop\n    with:\n      value:\n        ${name}: ${JSON.stringify(text)}\n`;
const secretsIn = (text: string) => lintPlaybook(text, 'p.yaml').filter(({ message }) => message.includes('in plain text'));

describe('a secret in plain text', () => {
  it.each(cases.filter(({ is }) => is !== undefined).map((each) => [each.text, each] as const))(
    '%s',
    (_, { name = 'value', text, is, what }) => {
      expect(secretsIn(playbook(name, text)).map(({ severity, message, line }) => ({ severity, message, line }))).toEqual([
        { severity: is, message: what, line: 11 },
      ]);
    },
  );

  it('is found in comments, summaries and instructions too, at its place', () => {
    const key = ['ghp', 'Aa1Bb2Cc3Dd4Ee5Ff6Gg7Hh8Ii9Jj0Kk1Ll2'].join('_');
    expect(secretsIn(`${head}# ${key}\nsteps: [{ id: a, wait: 1s }]\n`)).toMatchObject([{ line: 6, column: 3 }]);
    expect(secretsIn(`${head}steps: [{ id: a, wait: 1s, summary: 'by ${key}' }]\n`)).toMatchObject([{ line: 6, column: 41 }]);
  });

  it('is found in an expression that is only a text', () => {
    expect(secretsIn(`${head}steps: [{ id: a, set: { password: '"hunter2"' } }]\n`)).toMatchObject([
      { message: '`password` is in plain text' },
    ]);
    expect(secretsIn(`${head}steps: [{ id: a, set: { password: 'inputs.host.name' } }]\n`)).toEqual([]);
  });

  it('is found in the default of an input', () => {
    const text = `${head.replace('{ host: { type: asset } }', '{ api_key: { type: string, default: abcd1234 } }')}steps: [{ id: a, wait: 1s }]\n`;
    expect(secretsIn(text)).toMatchObject([{ message: '`api_key` is in plain text', line: 5, column: 45 }]);
  });

  it('is named together with where it belongs', () => {
    expect(secretsIn(playbook('password', 'hunter2'))[0]?.suggestion).toContain('outside systems hold their own secrets');
  });
});

describe('no secret', () => {
  it.each(cases.filter(({ is }) => is === undefined).map((each) => [each.name ?? 'value', each.text] as const))('%s: %s', (name, text) => {
    expect(secretsIn(playbook(name, text))).toEqual([]);
  });

  const folder = here('../../../playbooks/');
  it.each(readdirSync(folder).filter((name) => name.endsWith('.yaml') && !name.endsWith('.test.yaml')))('is in playbooks/%s', (name) => {
    expect(secretsIn(readFileSync(new URL(name, folder), 'utf8'))).toEqual([]);
  });
});
