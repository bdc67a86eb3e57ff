/** Faults in playbooks, as data: what is said, and where. */
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { EdictError } from '../../domain/errors.ts';
import { compilePlaybook } from '../../domain/playbook/compile.ts';
import { runs } from '../law.ts';

type Case = {
  readonly name: string;
  readonly steps?: string;
  readonly playbook?: string;
  readonly code?: string;
  readonly message: string;
  readonly where?: string;
};
const cases = parse(readFileSync(new URL('../cases/playbook/faults.yaml', import.meta.url), 'utf8')) as Case[];
const head = 'playbook: p\nversion: 1.0.0\ntitle: t\ninputs: { host: { type: asset }, n: { type: int } }\n';

function fault(text: string): EdictError {
  try {
    compilePlaybook(text, 'p.yaml');
  } catch (error) {
    if (error instanceof EdictError) return error;
    throw error;
  }
  throw new Error('it compiles');
}

describe('a playbook with a fault', () => {
  it.each(cases.map((each) => [each.name, each] as const))('%s', (_, { steps, playbook, code = 'playbook-invalid', message, where }) => {
    const error = fault(playbook ?? `${head}steps:\n${steps?.replace(/^/gm, '  ')}`);
    expect(error.message).toBe(message);
    expect(error.code).toBe(code);
    if (where !== undefined) expect(error.where).toBe(where);
  });

  it('has all its faults named, the first as the message', () => {
    const error = fault(
      `${head}steps:\n  - { id: a, action: control.nop }\n  - { id: b, action: control.noop, with: { valu: 1 } }\n  - { id: c, if: zzz, end: x }\n`,
    );
    expect(error.message).toContain('`control.nop`');
    expect(error.help).toContain('`valu`');
    expect(error.help).toContain('`zzz`');
  });
});

describe('a plan', () => {
  const text = readFileSync(new URL('../../playbooks/contain-host.yaml', import.meta.url), 'utf8');

  it('is plain JSON, the same for the same text, and has no edge that leads nowhere', () => {
    const { plan } = compilePlaybook(text, 'a.yaml');
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    expect(compilePlaybook(text, 'b.yaml').plan).toEqual(plan);
    for (const step of Object.values(plan.steps)) {
      for (const edge of ['next', 'failure', 'then', 'else', 'denied', 'expired', 'body', 'in'] as const) {
        const to = (step as { [edge: string]: unknown })[edge];
        if (typeof to === 'string') expect(Object.keys(plan.steps)).toContain(to);
      }
    }
  });

  it('has another digest when anything in it changes', () => {
    expect(compilePlaybook(text.replace('2s..1m', '2s..2m'), 'a.yaml').plan.digest).not.toBe(compilePlaybook(text, 'a.yaml').plan.digest);
  });

  it('reads step ids with hyphens as names, and text that looks like them as text', () => {
    const { plan } = compilePlaybook(
      `${head}steps:\n  - { id: look-up, action: control.noop, with: { value: 1 } }\n  - { id: b, if: 'look-up.ok && "look-up" != string(inputs.n-1)', end: x }\n`,
      'p.yaml',
    );
    expect(plan.steps['b']?.if).toBe('look_up.ok && "look-up" != string(inputs.n-1)');
  });

  it('of a thousand steps is compiled in well under a second or two', () => {
    const steps = Array.from(
      { length: 1000 },
      (_, index) =>
        `  - { id: s${index}, action: control.noop, with: { value: "\${${index === 0 ? 'inputs.n' : `s${index - 1}.value`}}" } }`,
    ).join('\n');
    const began = performance.now();
    compilePlaybook(`${head}steps:\n${steps}\n`, 'p.yaml');
    expect(performance.now() - began).toBeLessThan(4000);
  });

  it('warns of effects that a signal starts without approval, and of what cannot be undone', () => {
    const { warnings } = compilePlaybook(
      `${head}triggers: [{ signal: { when: 'signal.kind == "x"' } }]\nsteps:\n  - { id: a, action: network.isolate, with: { asset: "\${inputs.host}" }, undo: network.release }\n  - { id: b, action: network.isolate, with: { asset: "\${inputs.host}" }, undo: none, reason: wanted for good }\n`,
      'p.yaml',
    );
    expect(warnings).toEqual(['step `a` changes something on a signal without an approval', 'step `b` cannot be undone: wanted for good']);
  });
});

describe('whatever text comes', () => {
  const text = readFileSync(new URL('../../playbooks/contain-host.yaml', import.meta.url), 'utf8');
  const lines = text.split('\n');
  const answer = (source: string): string => {
    try {
      return compilePlaybook(source, 'p.yaml').plan.digest;
    } catch (error) {
      if (error instanceof EdictError) return error.code;
      throw error;
    }
  };

  it('it compiles or is refused with a code, never anything else', () => {
    const pieces = [
      '{',
      '}',
      '[',
      '- ',
      ': ',
      '${',
      '&a',
      '*a',
      '!!js/function',
      '"',
      "'",
      '\u0000',
      '__proto__: 1',
      'constructor',
      '|',
      '>-',
      '? ',
      '\t',
      '1e999',
      '~',
      '<<: *a',
    ];
    fc.assert(
      fc.property(fc.nat(text.length), fc.nat(12), fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 8 })), (at, cut, piece) => {
        expect(answer(text.slice(0, at) + piece + text.slice(at + cut))).toMatch(/^(sha256:|playbook-invalid|expression-invalid)/);
      }),
      runs(60),
    );
    fc.assert(
      fc.property(fc.nat(lines.length), fc.nat(lines.length), (from, to) => {
        const moved = lines.toSpliced(from, 1).toSpliced(to, 0, lines[from] ?? '');
        expect(answer(moved.join('\n'))).toMatch(/^(sha256:|playbook-invalid|expression-invalid)/);
      }),
      runs(40),
    );
  });

  it('nesting without end is refused', () => {
    expect(answer(`playbook: ${'['.repeat(100_000)}`)).toBe('playbook-invalid');
    expect(answer(`${head}steps:\n  - { id: a, action: control.noop, with: { value: ${'['.repeat(3000)}${']'.repeat(3000)} } }\n`)).toMatch(
      /^sha256:|playbook-invalid/,
    );
    let nested = '{ id: x, action: control.noop }';
    for (let depth = 0; depth < 400; depth++) nested = `{ id: n${depth}, parallel: { steps: [${nested}] } }`;
    expect(answer(`${head}steps: [${nested}]\n`)).toMatch(/^sha256:|playbook-invalid/);
  });
});
