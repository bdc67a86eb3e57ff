import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { certify, type Engine } from '../../../domain/playbook/quality/certify.ts';
import { compilePlaybook } from '../../../domain/playbook/compile.ts';
import { advance, start } from '../../../domain/playbook/engine/engine.ts';
import { simulate } from '../../../domain/playbook/simulate.ts';
import type { Plan } from '../../../domain/playbook/plan.ts';
import { readPlaybookTests, simulationOf } from '../../../domain/playbook/playbook-test.ts';

const folder = new URL('../../../playbooks/', import.meta.url);
const shipped = readdirSync(folder).filter((name) => name.endsWith('.yaml') && !name.endsWith('.test.yaml'));
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8');

type Case = { readonly name: string; readonly steps: string; readonly outputs?: object; readonly [key: string]: unknown };
const casesOf = (name: string) =>
  parse(readFileSync(new URL(`../../cases/playbook/${name}.yaml`, import.meta.url), 'utf8')) as readonly Case[];
const semantics = [...casesOf('semantics'), ...casesOf('kinds'), ...casesOf('approvals'), ...casesOf('control')];

const real: Engine = { start, advance, simulate };

function certified(name: string, engine?: Engine) {
  const plan: Plan = compilePlaybook(read(name), name).plan;
  const tests = readPlaybookTests(read(name.replace('.yaml', '.test.yaml')), name);
  return certify(
    plan,
    tests.map((test) => ({ name: test.name, simulation: simulationOf(plan, test) })),
    engine,
  );
}

describe('certification', () => {
  it.each(shipped)('of %s finds it crash-safe in every case of its tests', (name) => {
    const { certificate } = certified(name) as Extract<ReturnType<typeof certified>, { certificate: unknown }>;
    expect(certificate).toMatchObject({ playbook: name.replace('.yaml', ''), digest: expect.stringMatching(/^sha256:/u) });
    expect(certificate.kills).toBe(certificate.events);
    expect(certificate.repeats).toBeGreaterThan(certificate.events);
    expect(certificate.delays).toBeGreaterThan(0);
  });

  it.each(semantics.map((each) => [each.name, each] as const))('finds what the meaning of steps says crash-safe: %s', (_, given) => {
    const { steps, outputs = {}, ...test } = given;
    const inputs = 'inputs: { list: { type: list, default: [] }, n: { type: int, default: 0 } }';
    const { plan } = compilePlaybook(
      `playbook: p\nversion: 1.0.0\ntitle: t\n${inputs}\noutputs: ${JSON.stringify(outputs)}\nsteps:\n${steps}`,
      'p.yaml',
    );
    const cases = readPlaybookTests(stringify([test]), 'p.test.yaml').map((each) => ({
      name: each.name,
      simulation: simulationOf(plan, each),
    }));
    expect(certify(plan, cases)).toMatchObject({ certificate: { cases: 1 } });
  });

  it('finds a driver that performs again what was answered', () => {
    const repeats: Engine = {
      ...real,
      advance: (plan, state, event) => {
        const known = event.type === 'action-completed' && state.steps[event.step]?.status === 'done' && !state.owed[`act:${event.step}`];
        const next = advance(plan, state, event);
        return known && event.step === 'isolate'
          ? { ...next, commands: [...next.commands, { type: 'cancel-action' as const, step: event.step }] }
          : next;
      },
    };
    expect(certified('contain-host.yaml', repeats)).toMatchObject({
      weakness: { step: 'isolate', what: expect.stringContaining('when an answer comes twice') },
    });
  });

  it('finds a state that does not survive as JSON', () => {
    const forgets: Engine = {
      ...real,
      start: (plan, context) => {
        const next = start(plan, context);
        Object.defineProperty(next.state, 'owed', { enumerable: false });
        return next;
      },
      advance: (plan, state, event) => advance(plan, { ...state, owed: state.owed ?? {} }, event),
    };
    expect(certified('contain-host.yaml', forgets)).toMatchObject({
      weakness: { what: expect.stringContaining('after the driver was killed') },
    });
  });

  it('finds an answer that is taken a second time', () => {
    const counts: Engine = {
      ...real,
      advance: (plan, state, event) => {
        const next = advance(plan, state, event);
        if (event.type === 'approval-decided') next.state.sizeBytes += 1;
        return next;
      },
    };
    expect(certified('review.yaml', counts)).toMatchObject({ weakness: { what: 'changes when an answer comes twice (approval-decided)' } });
  });

  it('finds a denial that counts after the approval', () => {
    const turned: Engine = {
      ...real,
      advance: (plan, state, event) => {
        const next = advance(plan, state, event);
        if (event.type === 'approval-decided' && event.status === 'denied' && state.grants['isolate']) next.state.outcome = 'denied';
        return next;
      },
    };
    expect(certified('contain-host.yaml', turned)).toMatchObject({
      weakness: { what: 'changes when an answer comes twice (approval-decided)' },
    });
  });

  it('finds what is done twice, and what is not taken back, when an answer is late', () => {
    const twice: Engine = {
      ...real,
      simulate: (simulation) =>
        simulate({ ...simulation, observe: (state, event, commands) => simulation.observe?.(state, event, [...commands, ...commands]) }),
    };
    expect(certified('create.yaml', twice)).toMatchObject({
      weakness: { step: 'draft', what: 'is performed twice when `policy.draft` is late' },
    });
    const keeps: Engine = {
      ...real,
      simulate: (simulation) =>
        simulate({
          ...simulation,
          observe: (state, event, commands) =>
            simulation.observe?.(
              { ...state, effects: state.effects.map((effect) => ({ ...effect, status: 'confirmed' as const })) },
              event,
              commands,
            ),
        }),
    };
    expect(certified('distribute.yaml', keeps)).toMatchObject({ weakness: { what: expect.stringContaining('is not taken back when') } });
  });
});
