import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { compilePlaybook } from '../../domain/playbook/compile.ts';
import { printGraph } from '../../domain/playbook/graph-print.ts';
import { graphOf, type PlaybookGraph } from '../../domain/playbook/graph.ts';

const folder = new URL('../../playbooks/', import.meta.url);
const shipped = readdirSync(folder).filter((name) => name.endsWith('.yaml') && !name.endsWith('.test.yaml'));
const graphOfFile = (name: string): PlaybookGraph =>
  graphOf(compilePlaybook(readFileSync(new URL(name, folder), 'utf8'), `playbooks/${name}`).plan);

function graphOfSteps(steps: string): PlaybookGraph {
  return graphOf(compilePlaybook(`playbook: p\nversion: 1.0.0\ntitle: t\nsteps:\n${steps}`, 'p.yaml').plan);
}

const edges = ({ edges }: PlaybookGraph): readonly string[] =>
  edges.map(({ from, to, kind, label }) => `${from} ${kind}${label === undefined ? '' : `(${label})`} ${to}`);

describe('the graph of a playbook', () => {
  it('has the edges of contain-host, each with its reason', () => {
    expect(edges(graphOfFile('contain-host.yaml'))).toEqual(
      expect.arrayContaining([
        '(start) next enrich',
        'enrich branch reputation',
        'enrich branch neighbours',
        'enrich next known-bad',
        'known-bad then ask',
        'known-bad else watch',
        'ask next(approved) isolate',
        'ask denied ask.denied',
        'ask expired ask.expired',
        'isolate undo(after inputs.lease) (undo isolate)',
        'verify failure verify.undo',
        'verify.undo undo (undo isolate)',
        'verify.undo next verify.then',
        'propose failure (finish)',
      ]),
    );
  });

  it('names the cases of a switch and its default', () => {
    const graph = graphOfSteps(
      `  - id: s\n    switch:\n      on: '"a"'\n      cases: [{ when: [a, b], steps: [{ id: x, wait: 1s }] }]\n      default: [{ id: y, wait: 1s }]\n  - { id: z, wait: 1s }\n`,
    );
    expect(edges(graph)).toEqual(expect.arrayContaining(['s case(a, b) x', 's default y', 'x next z', 'y next z']));
  });

  it('leads a branch that is not there to the next step, and a loop to its body', () => {
    const graph = graphOfSteps(
      `  - { id: c, if: 'true', then: [{ id: x, wait: 1s }] }\n  - { id: l, foreach: { in: [1], steps: [{ id: y, wait: 1s }] } }\n`,
    );
    expect(edges(graph)).toEqual(['(start) next c', 'c then x', 'c else l', 'x next l', 'l item y', 'l next (finish)']);
    expect(graph.nodes.find(({ id }) => id === 'y')?.in).toBe('l');
  });

  it('leads a cancellation to its steps, and these to nowhere else', () => {
    const graph = graphOfSteps(
      `  - { id: w, wait: 1h, on_cancel: { steps: [{ id: n, action: incident.note, with: { text: hi } }] } }\n  - { id: l, while: { if: 'index < 2', max: 3, steps: [{ id: b, wait: 1s }] } }\n`,
    );
    expect(edges(graph)).toEqual(['(start) next w', 'w next l', 'w cancelled n', 'l item b', 'l next (finish)']);
    expect(graph.nodes.find(({ id }) => id === 'l')?.label).toBe('l\nwhile index < 2, at most 3 times');
  });

  it('stands in reading order', () => {
    const ids = graphOfFile('contain-host.yaml').nodes.map(({ id }) => id);
    expect(ids.indexOf('enrich')).toBeLessThan(ids.indexOf('known-bad'));
    expect(ids.indexOf('known-bad')).toBeLessThan(ids.indexOf('ask'));
    expect(ids.indexOf('ask')).toBeLessThan(ids.indexOf('isolate'));
  });

  it.each(shipped)('of %s has no edge into nowhere, and every step is reached', (name) => {
    const { nodes, edges } = graphOfFile(name);
    const ids = new Set(nodes.map(({ id }) => id));
    expect(edges.filter(({ from, to }) => !ids.has(from) || !ids.has(to))).toEqual([]);
    const reached = new Set(edges.map(({ to }) => to));
    expect([...ids].filter((id) => id !== '(start)' && !reached.has(id))).toEqual([]);
  });
});

describe('the drawing', () => {
  const hostile = graphOfSteps(
    `  - { id: end-it, fail: 'x"]; click n0 "javascript:alert(1)" <b>%% \`q\` {{y}} | --> n1\\\\' }\n`.replace('\\\\', '\\'),
  );

  it('in Mermaid declares every node that it draws an edge to, and closes what it opens', () => {
    for (const name of shipped) {
      const lines = printGraph(graphOfFile(name), 'mermaid').split('\n');
      const declared = new Set(lines.flatMap((line) => /^\s+(n\d+)[[({]/u.exec(line)?.[1] ?? []));
      const used = lines.flatMap((line) => [...(/^\s+(n\d+) -.*?(?:\|".*?"\|)? (n\d+)$/u.exec(line)?.slice(1) ?? [])]);
      expect(used.filter((id) => !declared.has(id))).toEqual([]);
      expect(used.length).toBeGreaterThan(0);
      expect(lines.filter((line) => line.includes('subgraph')).length).toBe(lines.filter((line) => line.trim() === 'end').length);
    }
  });

  it('in Mermaid keeps what an author wrote inside its quotes', () => {
    const drawn = printGraph(hostile, 'mermaid');
    const node = drawn.split('\n').find((line) => line.includes('javascript'));
    expect(node).toMatch(/^ {2}n\d+\[\["[^"[\]{}<>`%|\\]*(?:<br>[^"[\]{}<>`%|\\]*)*"\]\]$/u);
  });

  it('in DOT keeps what an author wrote inside its quotes', () => {
    const line = printGraph(hostile, 'dot')
      .split('\n')
      .find((each) => each.includes('javascript'));
    expect(line?.replaceAll(/"(?:[^"\\]|\\.)*"/gu, 'TEXT')).toBe('  TEXT [label=TEXT, shape=box];');
  });

  it('in text shows steps under the block that holds them', () => {
    expect(printGraph(graphOfFile('contain-host.yaml'), 'text')).toContain(
      '  enrich  parallel\n      branch → reputation\n      branch → neighbours\n      next → known-bad\n    reputation  intel.lookup\n',
    );
  });
});
