import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { placesOf, viewportOf } from '../../../console/screens/run/graph/layout.ts';
import { runGraphOf } from '../../../console/screens/run/graph/run-graph.ts';
import { attemptsBySteps, heaviest, stateOf, type StepView } from '../../../console/screens/run/step-state.ts';
import { compilePlaybook } from '../../../domain/playbook/compile.ts';

const plan = compilePlaybook(
  readFileSync(new URL('../../../playbooks/contain-host.yaml', import.meta.url), 'utf8'),
  'contain-host.yaml',
).plan;
const step = (key: string, status: StepView['status'], more: Partial<StepView> = {}): StepView => ({
  step: key,
  kind: 'action',
  status,
  ...more,
});
const loop = compilePlaybook(
  `playbook: loop\nversion: 1.0.0\ntitle: l\ninputs: { of: { type: list } }\nsteps:\n  - id: each\n    foreach: { in: '\${inputs.of}', as: one, steps: [{ id: touch, action: control.noop }] }\n  - { id: after, action: control.noop }\n`,
  'loop.yaml',
).plan;

it('what ends within a block leads on to where the block goes on; what does nothing is not drawn', () => {
  const { nodes, edges } = runGraphOf(plan);
  const ways = edges.map(({ from, to, kind }) => `${from} ${kind} ${to}`);
  expect(ways).toEqual(
    expect.arrayContaining([
      'enrich branch reputation',
      'enrich branch neighbours',
      'reputation join known-bad',
      'neighbours join known-bad',
    ]),
  );
  expect(ways).not.toContain('enrich next known-bad');
  expect(nodes.map(({ id }) => id)).not.toContain('reputation.continue');
  expect(nodes.find(({ id }) => id === 'isolate')?.undo).toBe('network.release');
  expect(nodes.every(({ state }) => state === 'ahead')).toBe(true);
});

it('a way is taken where control went along it', () => {
  const run = [step('enrich', 'done'), step('reputation', 'done'), step('neighbours', 'done'), step('known-bad', 'done')];
  const { edges, nodes } = runGraphOf(plan, [...run, step('ask', 'waiting', { kind: 'approval', approval: 'apr-1' })]);
  const taken = edges.filter((edge) => edge.taken).map(({ from, to }) => `${from} ${to}`);
  expect(taken).toContain('known-bad ask');
  expect(taken).not.toContain('known-bad watch');
  expect(nodes.find(({ id }) => id === 'ask')?.state).toBe('waiting-for-people');
  expect(nodes.find(({ id }) => id === '(start)')?.state).toBe('done');
});

it('a thousand items are one node with their tally, and the worst of them is its state', () => {
  const items = Array.from({ length: 1000 }, (_, at) => step(`each[${at}].touch`, at === 7 ? 'failed' : 'done'));
  const { nodes } = runGraphOf(loop, [step('each', 'running', { kind: 'foreach' }), ...items]);
  expect(nodes).toHaveLength(5);
  expect(nodes.find(({ id }) => id === 'touch')).toMatchObject({ state: 'failed', tally: { done: 999, failed: 1 } });
});

it('a loop that is over keeps how many items it had', () => {
  const each = step('each', 'done', { kind: 'foreach', outputs: { items: [1, 2, 3] } });
  const touch = runGraphOf(loop, [each]).nodes.find(({ id }) => id === 'touch');
  expect(touch).toMatchObject({ state: 'done', tally: { done: 3 }, steps: [] });
});

it('attempts belong to what is under way, in the order in which it was begun', () => {
  const steps = [
    step('b', 'running', { action: 'network.isolate', startedAtMs: 2 }),
    step('a', 'running', { action: 'network.isolate', startedAtMs: 1 }),
    step('c', 'done', { action: 'network.isolate', startedAtMs: 0 }),
  ];
  const attempt = (count: number, state: 'waiting' | 'running') => ({ action: 'network.isolate', attempt: count, most: 5, state });
  const found = attemptsBySteps(steps, [attempt(3, 'waiting'), attempt(1, 'waiting'), attempt(9, 'running')]);
  expect([...found].map(([key, { attempt: count }]) => [key, count])).toEqual([
    ['a', 3],
    ['b', 1],
  ]);
  expect([stateOf(step('a', 'running'), found.get('a')), stateOf(step('b', 'running'), found.get('b'))]).toEqual(['retrying', 'queued']);
  expect(heaviest(['done', 'retrying', 'running'])).toBe('retrying');
});

it('every node has a place of its own, below what leads to it, in small graphs and large ones', () => {
  const steps = Array.from({ length: 400 }, (_, at) => `  - { id: s${at}, action: control.noop }`).join('\n');
  const large = compilePlaybook(`playbook: large\nversion: 1.0.0\ntitle: l\nsteps:\n${steps}\n`, 'large.yaml').plan;
  for (const graph of [runGraphOf(plan), runGraphOf(large)]) {
    const places = placesOf(graph, true);
    const corners = new Set([...places.values()].map(({ x, y }) => `${x} ${y}`));
    expect(corners.size).toBe(graph.nodes.length);
    for (const { from, to } of graph.edges) expect((places.get(to)?.y ?? 0) > (places.get(from)?.y ?? 0)).toBe(true);
  }
});

it('the view shows the whole where it can be read, and else what is under way with no empty room at the ends', () => {
  const room = { width: 800, height: 600 };
  expect(viewportOf({ x: 0, y: 0, width: 400, height: 300 }, room, { x: 0, y: 0 })).toEqual({ x: 200, y: 150, zoom: 1 });
  const tall = { x: 0, y: 0, width: 400, height: 5000 };
  expect(viewportOf(tall, room, { x: 200, y: 0 })).toMatchObject({ zoom: 0.68, y: 32 });
  expect(viewportOf(tall, room, { x: 200, y: 2500 }).y).toBeCloseTo(200 - 2500 * 0.68);
  expect(viewportOf(tall, room, { x: 200, y: 5000 }).y).toBeCloseTo(600 - 32 - 5000 * 0.68);
});
