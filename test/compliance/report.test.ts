import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { actionControls, controlTitle, controls, stageControls, suggestControls } from '../../domain/compliance/controls.ts';
import { escapeHtml } from '../../domain/compliance/html.ts';
import { renderHtml } from '../../domain/compliance/report-html.ts';
import type { ReportEntry, ReportInput } from '../../domain/compliance/report-input.ts';
import { buildReport } from '../../domain/compliance/report.ts';
import { draftPolicy } from '../../domain/language/draft.ts';
import { answerQuestion } from '../../domain/language/answer.ts';
import { actions } from '../../domain/playbook/actions.ts';

const inventory = {
  assets: [
    {
      name: 'payments-1',
      addresses: ['10.1.0.10'],
      zone: 'payments',
      services: ['payments'],
      groups: [],
      owner: 'p',
      criticality: 'critical' as const,
    },
    {
      name: 'db-1',
      addresses: ['10.2.0.5'],
      zone: 'data',
      services: [],
      groups: ['cardholder-db'],
      owner: 'p',
      criticality: 'critical' as const,
    },
    { name: 'ws-17', addresses: ['10.4.0.17'], zone: 'office', services: [], groups: [], owner: 'f', criticality: 'low' as const },
  ],
  zones: [],
};

const artifact = `sha256:${'ab'.repeat(32)}`;
let next = 0;
const entry = (actor: string, event: string, subject: string, detail: ReportEntry['detail'] = {}): ReportEntry => {
  next += 1;
  return { id: next, at: `2026-11-25T10:00:${String(next).padStart(2, '0')}.000Z`, actor, event, subject, detail };
};

function story(): ReportInput {
  next = 0;
  const drafted = draftPolicy('Only the payments service may connect to the cardholder database on port 5432.', inventory, {
    owner: 'payments-security',
    policy: 'p1',
  });
  const document = answerQuestion(drafted.policy, { question: 'q1', answer: 'no', by: 'engineer-1', at: '2026-11-25T10:00:00Z' });
  return {
    title: 'Who reaches the cardholder database',
    at: '2026-11-25T11:00:00.000Z',
    policies: [
      {
        row: { policy: 'p1', state: 'enforced', enforced: 1, author: 'engineer-1' },
        version: { version: 1, document, digest: artifact, author: 'engineer-1', createdAt: '2026-11-25T10:00:00Z' },
        proofs: [{ target: 'rego', artifact, equal: true, at: '2026-11-25T10:00:03Z', detail: {} }],
        whatIf: { connections: 143, wouldBlock: { connections: 3, hosts: ['jump-2', 'ws-17'], examples: [] } },
      },
    ],
    points: [{ name: 'fw-1', kind: 'nftables', health: 'in-force', desired: { artifact, policyVersions: [{ policy: 'p1', version: 1 }] } }],
    effects: [
      {
        key: 'run-1/apply/1',
        run: 'run-1',
        action: 'enforcement.apply',
        targets: ['fw-1'],
        status: 'confirmed',
        approval: undefined,
        attempts: 1,
        entries: [8, 9],
      },
      {
        key: 'run-2/isolate/1',
        run: 'run-2',
        action: 'network.isolate',
        targets: ['fw-1', 'opa-1'],
        status: 'undone',
        approval: 'ap-2',
        attempts: 2,
        entries: [],
      },
    ],
    incidents: [
      {
        id: 'inc-1',
        key: 'beacon:10.4.0.17',
        title: '10.4.0.17 calls 203.0.113.9 like a beacon',
        severity: 'high',
        status: 'contained',
        signals: ['s1'],
      },
    ],
    runs: [{ run: 'run-2', playbook: 'contain-host', version: '1.2.0', requester: 'system:trigger', incident: 'inc-1', outcome: 'done' }],
    approvals: [
      {
        id: 'ap-1',
        run: 'run-0',
        digest: artifact,
        summary: 'p1 version 1 goes live',
        requester: 'engineer-1',
        status: 'approved',
        votes: [{ by: 'manager-1', decision: 'approve' }],
      },
      {
        id: 'ap-3',
        run: 'run-3',
        digest: artifact,
        summary: 'block the office',
        requester: 'analyst-1',
        status: 'denied',
        votes: [{ by: 'manager-2', decision: 'deny', reason: 'too wide' }],
      },
    ],
    entries: [
      entry('engineer-1', 'policy-drafted', 'policy/p1', { version: 1 }),
      entry('engineer-1', 'policy-redrafted', 'policy/p1', { version: 1 }),
      entry('system:run', 'policy-proved', 'policy/p1', { version: 1, target: 'rego', artifact, equal: true }),
      entry('system:run', 'policy-tried', 'policy/p1', { version: 1 }),
      entry('manager-1', 'approval-voted', 'approval/ap-1', { decision: 'approve' }),
      entry('manager-1', 'approval-approved', 'approval/ap-1'),
      entry('system:run', 'policy-approved', 'policy/p1', { version: 1, approval: 'ap-1' }),
      entry('system:run', 'effect-intended', 'effect/run-1/apply/1'),
      entry('system:run', 'effect-confirmed', 'effect/run-1/apply/1'),
      entry('system:run', 'policy-enforced', 'policy/p1', { version: 1 }),
      entry('system:monitor', 'point-health-changed', 'point/fw-1', { from: 'unknown', to: 'in-force' }),
      entry('system:monitor', 'point-health-changed', 'point/fw-1', { from: 'in-force', to: 'drifted' }),
      entry('system:monitor', 'point-health-changed', 'point/fw-1', { from: 'drifted', to: 'in-force' }),
      entry('webhook:siem', 'signal-accepted', 'signal/s1'),
      entry('system:incident', 'incident-opened', 'incident/inc-1'),
      entry('engineer-1', 'approval-vote-refused', 'approval/ap-2', { code: 'approval-by-requester' }),
      entry('system:run', 'run-ordered', 'run/run-2'),
      entry('system:run', 'effect-intended', 'effect/run-2/isolate/1'),
      entry('system:run', 'effect-undone', 'effect/run-2/isolate/1'),
      entry('system:run', 'run-ended', 'run/run-2'),
      entry('manager-2', 'approval-voted', 'approval/ap-3', { decision: 'deny' }),
      entry('manager-2', 'approval-denied', 'approval/ap-3'),
    ],
    chain: { ok: true, rows: 22, head: 'ef'.repeat(32) },
  };
}

const textsOf = (input: ReportInput, name: string): readonly string[] =>
  buildReport(input)
    .sections.find((section) => section.name === name)
    ?.sentences.map(({ text, entries }) => `${text} [${entries.join(' ')}]`) ?? [];

describe('the report', () => {
  it('tells of glass that was broken, and what others said of it', () => {
    const input = story();
    const at = input.entries.at(-1)!;
    const more = (id: number, actor: string, about: string, detail: object) => {
      const [event, subject] = about.split(' ');
      return { ...at, id, actor, event, subject, detail } as typeof at;
    };
    const glass = more(50, 'max', 'approval-glass-broken approval/ap-9', { reason: 'it burns', review: 'rev-9' });
    const told = (...entries: (typeof at)[]) =>
      textsOf({ ...input, entries: [...input.entries, glass, ...entries] }, 'violated').filter((text) => text.includes('glass'));
    expect(told()).toEqual(['max broke the glass, without the votes that are asked for (“it burns”); nobody has reviewed it. [50]']);
    expect(
      told(more(51, 'system:approvals', 'review-overdue review/rev-9', {}), more(52, 'mia', 'review-rejected review/rev-9', {})),
    ).toEqual(['max broke the glass, without the votes that are asked for (“it burns”); mia rejected it. [50 51 52]']);
  });

  it('tells what was required, with who said so and what was tried before', () => {
    expect(textsOf(story(), 'required')).toEqual([
      'Policy p1, version 1, of payments-security requires: “Only the payments service may connect to the cardholder database on port 5432.” It became 2 rules. [1 2]',
      'engineer-1 answered “May others, such as ws-17 (10.4.0.17), reach cardholder-db on other ports than tcp/5432?” with “no”. [2]',
      'Before review, version 1 of p1 was tried on 143 recorded connections: it would have cut off 3, of 2 hosts. [4]',
    ]);
  });

  it('tells what was enforced: proof, approval, application', () => {
    expect(textsOf(story(), 'enforced')).toEqual([
      'The rego artifact sha256:abababababab of p1 was proved to decide as the rules do. [3]',
      'Version 1 of p1 was approved on the word of manager-1. [5 7]',
      'Version 1 of p1 came into force. [10]',
      'manager-1 approved, for engineer-1, exactly the plan sha256:abababababab: p1 version 1 goes live. [5 6]',
      'Enforcement point fw-1 was changed, and reported the change itself, in run run-1. [8 9]',
    ]);
  });

  it('tells what was violated', () => {
    expect(textsOf(story(), 'violated')).toEqual([
      'Enforcement point fw-1 was found to differ from what was approved for it. [12]',
      'Incident inc-1 (high) was opened from 1 signal: 10.4.0.17 calls 203.0.113.9 like a beacon. [14 15]',
      'A vote of engineer-1 was refused: approval by requester. [16]',
      'manager-2 (“too wide”) denied: block the office. [21 22]',
    ]);
  });

  it('tells what was repaired', () => {
    expect(textsOf(story(), 'repaired')).toEqual([
      'Enforcement point fw-1 was as approved again. [13]',
      'A host was isolated at fw-1 and opa-1, and later undone, in run run-2 (2 attempts, one effect). [18 19]',
      'Run run-2 of contain-host@1.2.0, ordered by system:trigger for incident inc-1, ended: done. [17 20]',
    ]);
  });

  it('cites at least one entry in every sentence, and every cited entry is in the chain', () => {
    const input = story();
    const ids = new Set(input.entries.map(({ id }) => id));
    const sentences = buildReport(input).sections.flatMap(({ sentences: all }) => all);
    expect(sentences).toHaveLength(15);
    for (const sentence of sentences) {
      expect(sentence.entries.length).toBeGreaterThan(0);
      expect(sentence.entries.every((id) => ids.has(id))).toBe(true);
      expect(sentence.controls.length).toBeGreaterThan(0);
      expect(sentence.actor).not.toBe('');
    }
  });

  it('does not tell as a sentence what the chain does not hold, and does not leave it out', () => {
    const input = { ...story(), entries: story().entries.filter(({ event }) => event !== 'policy-proved') };
    const report = buildReport(input);
    expect(report.unsupported).toEqual(['The rego artifact sha256:abababababab of p1 was proved to decide as the rules do.']);
    expect(JSON.stringify(report.sections)).not.toContain('was proved');
    expect(renderHtml(report)).toContain('Without an entry in the ledger');
  });

  it('lists the controls touched with their titles', () => {
    const { controls: touched } = buildReport(story());
    expect(touched.map(({ control }) => control)).toEqual(touched.map(({ control }) => control).toSorted());
    expect(touched.find(({ control }) => control === 'nist-800-53r5:cm-3')).toMatchObject({ title: 'Configuration Change Control' });
    expect(touched.every(({ title }) => title !== '')).toBe(true);
  });

  it('of nothing is a report that says nothing', () => {
    const empty = {
      title: 't',
      at: '2026-11-25T11:00:00.000Z',
      policies: [],
      points: [],
      effects: [],
      incidents: [],
      runs: [],
      approvals: [],
      entries: [],
    };
    expect(buildReport(empty).sections.flatMap(({ sentences }) => sentences)).toEqual([]);
    expect(renderHtml(buildReport(empty))).toContain('Nothing to tell.');
  });
});

describe('the page', () => {
  const hostile = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'fixtures', 'compliance', 'xss.json'), 'utf8')) as string[];

  /** The tags and attributes of markup without texts: what a browser would see as structure. */
  const structureOf = (html: string): string => html.replaceAll(/>[^<]*</gs, '><');

  it('has no script, no event handler, no outside address and no link', () => {
    const html = renderHtml(buildReport(story()));
    expect(html).not.toMatch(/<(?:script|iframe|object|embed|link|img|form|a|svg|base)\b/i);
    expect(html).not.toMatch(/\son[a-z]+\s*=/i);
    expect(html).not.toMatch(/https?:|\/\/|url\(|@import|javascript:/i);
    expect(html).toContain("default-src 'none'");
  });

  it('stays the same markup whatever is written into it', () => {
    expect(hostile.length).toBeGreaterThan(10);
    const plain = withText('x');
    for (const text of hostile) {
      const html = withText(text);
      expect(structureOf(html)).toBe(structureOf(plain));
    }
  });

  function withText(text: string): string {
    const input = story();
    const entries = input.entries.map((one) => ({ ...one, actor: text }));
    const incidents = input.incidents.map((one) => ({ ...one, title: text }));
    const approvals = input.approvals.map((one) => ({ ...one, summary: text, requester: text }));
    return renderHtml(
      buildReport({ ...input, title: text, at: text, entries, incidents, approvals, chain: { ok: true, rows: 1, head: text } }),
    );
  }

  it('stays the same markup whatever is written into the cells of its tables', () => {
    const withCells = (text: string): string => {
      const table = { name: 'incidents', title: text, source: text, columns: [text], rows: [[text], [text]], left: 1 } as const;
      return renderHtml({ ...buildReport(story()), since: text, tables: [table] });
    };
    for (const text of hostile) expect(structureOf(withCells(text))).toBe(structureOf(withCells('x')));
  });

  it('escapes what begins markup or ends an attribute, and shows what hides', () => {
    expect(escapeHtml(`<a href="x" title='y'>&\`</a>`)).toBe('&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;&#96;&lt;/a&gt;');
    expect(escapeHtml('a\u0000b\u202ec\u200bd\ud800e\nf')).toBe('a\ufffdb\ufffdc\ufffdd\ufffde\nf');
    expect(escapeHtml('👩‍💻 größer 支付')).toBe('👩‍💻 größer 支付');
  });
});

describe('the controls', () => {
  it('of stages and actions are controls of the catalogue, and the actions are there', () => {
    const used = [...Object.values(stageControls).flat(), ...Object.values(actionControls).flat()];
    for (const id of used) expect(Object.hasOwn(controls, id)).toBe(true);
    for (const action of Object.keys(actionControls)) expect(Object.hasOwn(actions, action)).toBe(true);
  });

  it('have titles by reference', () => {
    expect(controlTitle('nist-800-53r5:sc-7')).toBe('Boundary Protection');
    expect(controlTitle('nist-800-53r5:constructor')).toBeUndefined();
    expect(controlTitle('pci-dss-4.0.1:1.3.1')).toBeUndefined();
  });

  it('are suggested for the shape of rules', () => {
    const rule = {
      kind: 'network' as const,
      id: 'a',
      requirement: 'r1',
      effect: 'deny' as const,
      match: { from: 'zone:internet', to: 'any', service: 'tcp/22' },
    };
    expect(suggestControls([rule])).toEqual(['ac-17', 'ac-4', 'cm-7', 'sc-7'].map((id) => `nist-800-53r5:${id}`));
    expect(suggestControls([])).toEqual([]);
  });
});
