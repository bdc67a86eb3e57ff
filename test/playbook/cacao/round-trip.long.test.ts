// oxlint-disable unicorn/no-thenable -- the form's own word
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { stringify } from 'yaml';
import { readCacao } from '../../../cli/cacao/structure.ts';
import { compilePlaybook } from '../../../domain/playbook/compile.ts';
import { carriedOf, markingsOf } from '../../../domain/playbook/cacao/carried.ts';
import { exportCacao } from '../../../domain/playbook/cacao/export.ts';
import { importCacao } from '../../../domain/playbook/cacao/import.ts';
import { extensionIds } from '../../../domain/playbook/cacao/extensions.ts';
import type { CacaoPlaybook } from '../../../domain/playbook/cacao/model.ts';
import { anything, at, example } from './documents.ts';
import { runs } from '../../law.ts';

const shipped = resolve(import.meta.dirname, '../../../playbooks');
const names = readdirSync(shipped).filter((file) => file.endsWith('.yaml') && !file.endsWith('.test.yaml'));
const later = '2026-02-01T00:00:00.000Z';

function imported(document: CacaoPlaybook, mapping = anything): string {
  const { text, faults } = importCacao(document, mapping);
  if (text === undefined) throw new Error(JSON.stringify(faults, null, 1));
  return text;
}

/** Through JSON, as a file would carry it. */
const carried = (document: CacaoPlaybook): CacaoPlaybook => JSON.parse(JSON.stringify(document)) as CacaoPlaybook;
const planOf = (text: string) => compilePlaybook(text, 'x.yaml').plan;

describe('playbooks of ours', () => {
  it.each(names)('%s goes out as a document without a fault, and comes back as the same plan', (file) => {
    const text = readFileSync(join(shipped, file), 'utf8');
    const document = carried(exportCacao(text, file, { at }));
    expect(readCacao(JSON.stringify(document), file).faults).toEqual([]);
    expect(planOf(imported(document))).toEqual(planOf(text));
  });

  it('any playbook goes out without an error, and comes back as the same plan', () => {
    fc.assert(
      fc.property(playbook, (source) => {
        const text = stringify(source, { aliasDuplicateObjects: false });
        const document = carried(exportCacao(text, 'x.yaml', { at }));
        expect(readCacao(JSON.stringify(document), 'x').faults.filter(({ severity }) => severity === 'error')).toEqual([]);
        expect(planOf(imported(document))).toEqual(planOf(text));
      }),
      runs(60),
    );
  });

  it('tell a person elsewhere what to do, and no machine', () => {
    const text = readFileSync(join(shipped, 'contain-host.yaml'), 'utf8');
    const commands = Object.values(exportCacao(text, 'x', { at }).workflow).flatMap((step) =>
      step.type === 'action' ? step.commands : [],
    );
    expect(new Set(commands.map(({ type }) => type))).toEqual(new Set(['manual']));
    expect(commands.map(({ command }) => command)).toContainEqual(expect.stringMatching(/^network\.isolate .*undone by network\.release$/));
  });

  it('say approval, undo and lease by extensions of their own', () => {
    const document = exportCacao(readFileSync(join(shipped, 'contain-host.yaml'), 'utf8'), 'x', { at });
    const isolate = Object.values(document.workflow).find(({ name }) => name === 'isolate');
    expect(isolate?.step_extensions).toMatchObject({
      [extensionIds.undo]: { action: 'network.release' },
      [extensionIds.lease]: { duration: '${inputs.lease}' },
    });
    const ask = Object.values(document.workflow).find(({ name }) => name === 'ask');
    expect(ask?.step_extensions?.[extensionIds.approval]).toMatchObject({ covers: ['isolate'], roles: ['manager'] });
  });
});

describe('public playbooks', () => {
  it.each(['http-playbook.json', 'openc2-playbook.json', 'parallels_playbook.json', 'powershell-playbook.json'])(
    '%s: in, out and in again loses nothing',
    (name) => {
      const original = example(`good/${name}`);
      const text = imported(original);
      const out = exportCacao(text, 'x.yaml', { at: later, original });
      expect(out).toEqual(original);
      expect(imported(out)).toBe(text);
    },
  );

  it('one that was changed meanwhile keeps its id, its metadata, and in an extension what it said before', () => {
    const original = example('good/http-playbook.json');
    const text = imported(original).replace('GET get HTTP1.1', 'GET other HTTP1.1');
    const out = exportCacao(text, 'x.yaml', { at: later, original });
    const { id, created, labels, external_references, target_definitions } = original as CacaoPlaybook & {
      labels: unknown;
      external_references: unknown;
    };
    expect(out).toMatchObject({ id, created, modified: later, labels, external_references, target_definitions });
    expect(out.playbook_extensions?.[extensionIds.playbook]).toMatchObject({ superseded: { workflow: original.workflow } });
    expect(readCacao(JSON.stringify(out), 'x').faults.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(planOf(imported(carried(out)))).toEqual(planOf(text));
  });

  it('signatures go with what was signed alone', () => {
    const original = { ...example('good/http-playbook.json'), signatures: [{ type: 'jss' }] } as unknown as CacaoPlaybook;
    const text = imported(original);
    expect(exportCacao(text, 'x', { at: later, original }).signatures).toEqual(original.signatures);
    expect(exportCacao(text.replace('GET get', 'GET it'), 'x', { at: later, original }).signatures).toBeUndefined();
  });

  it('another document is not taken for the original', () => {
    const original = example('good/http-playbook.json');
    expect(exportCacao(imported(original), 'x', { at: later, original: example('good/powershell-playbook.json') })).toEqual(original);
  });

  it.each(['http-playbook.json', 'openc2-playbook.json', 'parallels_playbook.json', 'powershell-playbook.json'])(
    '%s: carried along, nothing of it is lost but its secrets, and the plan is the same',
    (name) => {
      const original = example(`good/${name}`);
      const text = imported(original);
      const out = carried(exportCacao(text, 'x.yaml', { at: later }));
      expect(readCacao(JSON.stringify(out), name).faults.filter(({ severity }) => severity === 'error')).toEqual([]);
      expect(withoutSecrets(out)).toEqual(withoutSecrets(original));
      expect(planOf(imported(out))).toEqual(planOf(text));
      expect(imported(carried(exportCacao(imported(out), 'x.yaml', { at: later })))).toBe(imported(out));
    },
  );

  it('what we do not use is there again after a change: markings, validity, extensions of others, every field of every definition', () => {
    const other = 'extension-definition--11111111-2222-4333-8444-555555555555';
    const marking = 'marking-tlp--11111111-2222-4333-8444-666666666666';
    const original = {
      ...example('good/http-playbook.json'),
      valid_from: at,
      valid_until: later,
      markings: [marking],
      data_marking_definitions: {
        [marking]: {
          type: 'marking-tlp',
          id: marking,
          created_by: example('good/http-playbook.json').created_by,
          created: at,
          modified: at,
          tlpv2_level: 'TLP:AMBER',
        },
      },
      extension_definitions: {
        [other]: {
          type: 'extension-definition',
          name: 'theirs',
          created_by: example('good/http-playbook.json').created_by,
          schema: 'x',
          version: '1',
        },
      },
      playbook_extensions: { [other]: { any: ['thing', 1] } },
      playbook_complexity: 3,
    } as unknown as CacaoPlaybook;
    const { workflow: _workflow, ...kept } = original;
    const {
      modified: _modified,
      agent_definitions: _agents,
      extension_definitions: _own,
      playbook_extensions: _ours,
      workflow_start: _start,
      workflow_exception: _exception,
      playbook_variables: _variables,
      ...same
    } = kept;
    const out = exportCacao(imported(original).replace('GET get HTTP1.1', 'GET other HTTP1.1'), 'x.yaml', { at: later });
    expect(out).toMatchObject(same);
    expect(out.agent_definitions).toMatchObject(original.agent_definitions ?? {});
    expect(out.extension_definitions).toMatchObject(original.extension_definitions ?? {});
    expect(out.playbook_extensions).toMatchObject(original.playbook_extensions ?? {});
    expect(out.playbook_extensions?.[extensionIds.playbook]).toMatchObject({ superseded: { workflow: original.workflow } });
    expect(markingsOf(out)).toEqual(['TLP:AMBER']);
  });

  it('no secret of a document gets into the playbook', () => {
    expect(imported(example('good/powershell-playbook.json'))).not.toContain('Password1234!');
  });
});

/** Of log-ins. */
function withoutSecrets(document: CacaoPlaybook): CacaoPlaybook {
  return carriedOf(document).document;
}

type Step = { [key: string]: unknown };

/** Ids are given afterwards, so that each is used once. */
const { block } = fc.letrec<{ block: Step[]; step: Step }>((tie) => {
  const guard = fc.option(fc.constantFrom('inputs.n > 1', 'inputs.flag'), { nil: undefined, freq: 4 });
  const failure = fc.option(fc.oneof(fc.constant('continue'), fc.record({ steps: tie('block') }), fc.constant(undefined)), {
    nil: undefined,
    freq: 2,
  });
  const action = fc.record({
    action: fc.constant('control.noop'),
    with: fc.record({
      value: fc.oneof(
        fc.string({ maxLength: 8 }).filter((text) => !text.includes('$')),
        fc.constant('${inputs.n}'),
        fc.constant(['a', 1, true]),
      ),
    }),
    if: guard,
    on_failure: failure,
    timeout: fc.constantFrom('5s', undefined),
    title: fc.constantFrom('A title', undefined),
    retry: fc.constantFrom({ attempts: 2, backoff: '1s..5s' }, undefined),
  });
  const end = fc.record({ if: guard, end: fc.constantFrom('stopped', 'watched') }).filter((step) => step.if !== undefined);
  return {
    step: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      action,
      fc.record({ wait: fc.constantFrom('5m', '${"1s"}'), if: guard }),
      fc.record({
        action: fc.constant('network.isolate'),
        with: fc.constant({ asset: 'x' }),
        undo: fc.constant('network.release'),
        lease: fc.constantFrom('1h', { for: '2h', extend: ['manager'] }, undefined),
        if: guard,
      }),
      fc.record({
        manual: fc.record({
          roles: fc.constant(['analyst']),
          instructions: fc.constantFrom('Call ${inputs.n}', 'Call them'),
          expires: fc.constant('4h'),
          outputs: fc.constantFrom({ reached: 'bool' }, { verdict: { enum: ['good', 'bad'], description: 'a word' } }, undefined),
          on_expired: fc.constantFrom({ fail: 'nobody' }, { end: 'late' }, undefined),
        }),
        undo: fc.constantFrom({ manual: { roles: ['analyst'], instructions: 'Call again', expires: '4h' } }, undefined),
        if: guard,
        on_failure: failure,
      }),
      fc.record({
        playbook: fc.record({
          name: fc.constant('other'),
          with: fc.constantFrom({ n: '${inputs.n}' }, undefined),
          version: fc.constantFrom('1.x', undefined),
        }),
        timeout: fc.constantFrom('1h', undefined),
        on_failure: failure,
      }),
      fc.record({ set: fc.record({ total: fc.constantFrom('inputs.n + 1', '"x"') }) }),
      end,
      fc.record({ if: fc.constant('inputs.flag'), fail: fc.constant('no: ${inputs.n}') }),
      fc.record({
        if: fc.constant('inputs.n > 0'),
        then: tie('block'),
        else: fc.option(tie('block'), { nil: undefined }),
        on_failure: fc.constantFrom('continue', undefined),
        timeout: fc.constantFrom('10m', undefined),
      }),
      fc.record({ if: fc.constant('inputs.flag'), else: tie('block') }),
      fc.record({
        while: fc.record({
          if: fc.constant('turn.total < 3'),
          max: fc.constant(9),
          as: fc.constant('turn'),
          from: fc.constant({ total: 1 }),
          steps: tie('block'),
        }),
        on_failure: failure,
        on_cancel: fc.option(fc.record({ steps: tie('block') }), { nil: undefined, freq: 1 }),
      }),
      fc.record({
        switch: fc.record({
          on: fc.constant('inputs.n'),
          cases: fc.tuple(
            fc.record({ when: fc.constantFrom(1, [1, 2]), steps: tie('block') }),
            fc.record({ when: fc.constant(3), steps: tie('block') }),
          ),
          default: fc.oneof(fc.constant('continue'), tie('block')),
        }),
        on_failure: fc.constantFrom('continue', undefined),
      }),
      fc.record({
        parallel: fc.record({ branches: fc.array(tie('block'), { minLength: 1, maxLength: 3 }) }),
        timeout: fc.constantFrom('10m', undefined),
        retry: fc.constantFrom({ attempts: 3, backoff: '1s..5s' }, undefined),
        if: guard,
        on_failure: failure,
      }),
      fc.record({
        foreach: fc.record({ in: fc.constant([1, 2]), as: fc.constant('thing'), concurrency: fc.constantFrom(1, 2), steps: tie('block') }),
        on_failure: failure,
      }),
    ) as fc.Arbitrary<Step>,
    block: fc.array(tie('step'), { minLength: 1, maxLength: 3 }),
  };
});

const playbook = block.map((steps) => ({
  playbook: 'any-one',
  version: '1.2.3',
  title: 'Any one',
  triggers: [{ manual: { roles: ['analyst'] } }],
  inputs: { n: { type: 'int', default: 1 }, flag: { type: 'bool', description: 'a flag' } },
  steps: withIds(steps, { count: 0 }),
  outputs: { out: 'inputs.n' },
}));

function withIds(value: Step[], counter: { count: number }): Step[] {
  return value.map((step) => ({ id: `step-${counter.count++}`, ...(inner(step, counter) as Step) }));
}

function inner(value: unknown, counter: { count: number }): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, entry]) => entry !== undefined)
      .map(([key, entry]): [string, unknown] => {
        if (['then', 'else', 'steps'].includes(key) || (key === 'default' && Array.isArray(entry)))
          return [key, withIds(entry as Step[], counter)];
        if (key === 'cases') return [key, (entry as Step[]).map((one) => inner(one, counter))];
        if (key === 'branches') return [key, (entry as Step[][]).map((branch) => withIds(branch, counter))];
        return [key, inner(entry, counter)];
      }),
  );
}
