/**
 * A world for activities without a process: the parts of the store that they use, in memory, and enforcement points that count what is
 * done to them. Every call can be made to fail, before or after it took effect.
 */
import { allowAll } from './guard-fixture.ts';
import type { Caller, Ports } from '../../activities/ports.ts';
import type { Connector, Desired, Observed } from '../../connectors/connector.ts';
import { digestOf } from '../../domain/digest.ts';
import { EdictError } from '../../domain/errors.ts';
import { defaultVersion } from '../../domain/guard/settings.ts';
import type { ApprovalRecord } from '../../domain/playbook/approval.ts';
import type { Rights } from '../../domain/playbook/approval/standing.ts';
import type { ActionStep, Plan, PlanStep } from '../../domain/playbook/plan.ts';
import type { AtPoint, EffectIntent, EffectRow, Effects, Guard, Person, PointRow, RunRow, Store } from '../../store/port.ts';

export class Crash extends Error {}

export type World = {
  readonly ports: Ports;
  readonly points: Map<string, PointRow>;
  readonly effects: Map<string, EffectRow>;
  readonly runs: Map<string, RunRow>;
  readonly approvals: Map<string, ApprovalRecord>;
  readonly people: Map<string, Person>;
  /** In force. */
  readonly delegations: { readonly from: string; readonly to: string; readonly roles: readonly string[] }[];
  /** Every change that a point really made, in order. */
  readonly changes: { readonly point: string; readonly key: string; readonly isolations: readonly string[] }[];
  /** What each point really has. */
  readonly actual: Map<string, Desired>;
  readonly audit: { readonly event: string; readonly subject: string }[];
  /** Crashes at the nth call from now, before (`0.5` off) or after it takes effect. */
  crashAt: { call: number; when: 'before' | 'after' } | undefined;
  calls: number;
  caller: Caller;
  readonly plans: Map<string, Plan>;
  /** Points that cannot be reached. */
  readonly away: Set<string>;
};

const at = '2026-11-25T12:00:00.000Z';

export function planOf(steps: readonly PlanStep[]): Plan {
  const body = {
    playbook: 'p',
    version: '1.0.0',
    title: 'p',
    tags: {},
    triggers: [],
    inputs: {},
    start: steps[0]?.id ?? '',
    steps: Object.fromEntries(steps.map((step) => [step.id, step])),
    outputs: {},
  };
  return { ...body, digest: digestOf(body) };
}

export function actionStep(id: string, action: ActionStep['action'], more: Partial<ActionStep> = {}): ActionStep {
  return { kind: 'action', id, action, params: {}, ...more };
}

export function isolatePlan(approval?: string): Plan {
  return planOf([actionStep('isolate', 'network.isolate', { undo: 'network.release', ...(approval === undefined ? {} : { approval }) })]);
}

export function makeWorld(options: { readonly plan?: Plan; readonly points?: readonly string[]; readonly requester?: string } = {}): World {
  const plan = options.plan ?? isolatePlan();
  const world: World = {
    ports: undefined as unknown as Ports,
    points: new Map((options.points ?? ['fw-1', 'opa-1']).map((name) => [name, pointRow(name)])),
    effects: new Map(),
    runs: new Map([['r1', runRow('r1', plan, options.requester ?? 'ann')]]),
    approvals: new Map(),
    people: new Map(),
    delegations: [],
    changes: [],
    actual: new Map(),
    audit: [],
    crashAt: undefined,
    calls: 0,
    caller: { workflowId: 'run/r1', lastAttempt: false, signal: new AbortController().signal, heartbeat: () => {} },
    plans: new Map([[plan.digest, plan]]),
    away: new Set(),
  };
  return Object.assign(world, { ports: portsOf(world) });
}

function portsOf(world: World): Ports {
  return {
    store: storeOf(world),
    connector: async (name) => crashing(world, fakeConnector(world, name)),
    system: async (name) => {
      throw new EdictError('system-missing', `no system ${name} in this test`);
    },
    providers: [],
    engines: { rego: async () => ({ unavailable: 'not in this test' }), nftables: async () => ({ unavailable: 'not in this test' }) },
    guard: allowAll,
    caller: () => world.caller,
    now: () => new Date(at),
  };
}

function pointRow(name: string): PointRow {
  return {
    name,
    kind: 'nftables',
    target: 'nftables',
    settings: {},
    desired: { artifact: undefined, policyVersions: [], isolations: [] },
    observed: undefined,
    health: 'unknown',
    updatedAt: at,
  };
}

function runRow(run: string, plan: Plan, requester: string): RunRow {
  const order = { run, playbook: plan.playbook, version: plan.version, planDigest: plan.digest, inputs: {}, requester, orderedAt: at };
  return { ...order, status: 'running', outcome: undefined, view: undefined, endedAt: undefined, cancelledBy: undefined };
}

/** Every method counts as one call, and may crash. `locked` only lets go, as a dead process does. */
export function crashing<T extends object>(world: World, part: T): T {
  const wrapped = Object.entries(part).map(([name, method]) => {
    if (typeof method !== 'function' || name === 'locked' || name === 'lockedAt') return [name, method];
    const call = async (...args: unknown[]): Promise<unknown> => {
      world.calls += 1;
      const crash = world.crashAt?.call === world.calls ? world.crashAt.when : undefined;
      if (crash === 'before') throw new Crash(`before ${name}`);
      const result: unknown = await method(...args);
      if (crash === 'after') throw new Crash(`after ${name}`);
      return result;
    };
    return [name, call];
  });
  return Object.fromEntries(wrapped) as T;
}

function storeOf(world: World): Store {
  const parts = {
    runs: { get: async (run: string) => world.runs.get(run) },
    playbooks: { byDigest: async (digest: string) => (world.plans.has(digest) ? { plan: world.plans.get(digest) } : undefined) },
    approvals: { get: async (id: string) => world.approvals.get(id), rights: async () => rightsIn(world) },
    people: { get: async (id: string) => world.people.get(id) },
    effects: effectsOf(world),
    guard: {
      situation: async ({ subjects }: Parameters<Guard['situation']>[0]) => {
        return { now: at, settings: defaultVersion, usage: [], inventory, subjects: subjects(inventory) };
      },
    },
    points: pointsOf(world),
    context: { inventory: async () => inventory },
    audit: { append: async (entry: { event: string; subject: string }) => void world.audit.push(entry) },
  };
  return Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, crashing(world, part)])) as unknown as Store;
}

function rightsIn({ people, delegations }: World): Rights {
  return {
    roles: (id) => (people.get(id)?.disabled === false ? people.get(id)?.roles : undefined),
    delegated: (from, to) => delegations.filter((one) => one.from === from && one.to === to).flatMap(({ roles }) => roles),
  };
}

const inventory = { assets: [asset('ws-17', '10.3.0.17')], zones: [{ name: 'forensics', cidrs: ['10.9.0.0/24'] }] };

function asset(name: string, address: string) {
  return { name, addresses: [address], zone: 'office', services: [], groups: [], owner: 'it', criticality: 'low' as const };
}

function effectsOf(world: World) {
  const change = (key: string, more: Partial<EffectRow>): EffectRow => {
    const row = world.effects.get(key);
    if (row === undefined) throw new EdictError('not-found', key);
    const next = { ...row, ...more };
    world.effects.set(key, next);
    return next;
  };
  return {
    outlook: async ({ run, key, subjects }: Parameters<Effects['outlook']>[0]) => {
      const situation = { now: at, inventory, subjects: subjects(inventory), settings: defaultVersion, usage: [] };
      return { order: world.runs.get(run), known: world.effects.get(key), points: [...world.points.values()], situation };
    },
    intend: async (input: EffectIntent) => {
      const row = world.effects.get(input.key);
      if (row !== undefined) return change(input.key, { attempts: row.attempts + 1 });
      const none = {
        receipt: undefined,
        error: undefined,
        appliedAt: undefined,
        confirmedAt: undefined,
        undoneAt: undefined,
        retryBy: undefined,
      };
      const { claims: _, ...intent } = { approval: undefined, ...input };
      const status = input.decision.allow ? ('intended' as const) : ('denied' as const);
      world.effects.set(input.key, { ...intent, ...none, status, attempts: 1, intendedAt: at, entries: [] });
      return change(input.key, {});
    },
    uncertain: async (key: string, error: EffectRow['error']) => change(key, { status: 'uncertain', error }),
    lockedAt: async <T>(key: string, name: string, work: (now: AtPoint) => Promise<T>): Promise<T> =>
      work({
        status: world.effects.get(key)?.status,
        attempts: world.effects.get(key)?.attempts ?? 0,
        receipt: world.effects.get(key)?.receipt,
        desired: world.points.get(name)?.desired,
      }),
    landed: async ({ key, receipt, last, point }: Parameters<Effects['landed']>[0]) => {
      const row = world.effects.get(key);
      if (row?.status === 'confirmed') return row;
      world.points.set(point.name, { ...(world.points.get(point.name) ?? pointRow(point.name)), ...point });
      return change(key, { receipt, ...(last ? { status: 'confirmed' } : {}) });
    },
    givenBack: async ({ key, last, point }: Parameters<Effects['givenBack']>[0]) => {
      world.points.set(point.name, { ...(world.points.get(point.name) ?? pointRow(point.name)), ...point });
      if (last) change(key, { status: 'undone' });
    },
    applied: async (key: string, receipt: EffectRow['receipt']) => change(key, { status: 'applied', receipt }),
    confirmed: async (key: string) => change(key, { status: 'confirmed' }),
    undone: async (key: string) => change(key, { status: 'undone' }),
    failed: async (key: string, error: EffectRow['error']) => change(key, { status: 'failed', error }),
    get: async (key: string) => world.effects.get(key),
  };
}

function pointsOf(world: World) {
  const change = (name: string, more: Partial<PointRow>): void => {
    world.points.set(name, { ...(world.points.get(name) ?? pointRow(name)), ...more });
  };
  return {
    get: async (name: string) => world.points.get(name),
    list: async () => [...world.points.values()],
    setDesired: async (name: string, desired: PointRow['desired']) => change(name, { desired }),
    setObserved: async (name: string, observed: PointRow['observed'], health: PointRow['health']) => change(name, { observed, health }),
    setProbed: async (name: string, lastProbe: PointRow['lastProbe']) => change(name, { lastProbe }),
    locked: async <T>(_name: string, work: () => Promise<T>): Promise<T> => work(),
  };
}

function fakeConnector(world: World, name: string): Connector {
  const now = (): Desired => world.actual.get(name) ?? { artifact: undefined, isolations: [] };
  const observe = async (): Promise<Observed> => {
    if (world.away.has(name)) throw new EdictError('enforcement-point-unreachable', `${name} is away`);
    return { artifactDigest: now().artifact?.digest, isolationKeys: now().isolations.map((one) => one.key), intact: true, facts: {} };
  };
  return {
    kind: 'nftables',
    point: name,
    plan: async () => ({ steps: [] }),
    permissions: async () => [],
    apply: async (desired, key) => {
      const before = now();
      await observe();
      if (digestOf(before) !== digestOf(desired))
        world.changes.push({ point: name, key, isolations: desired.isolations.map((one) => one.key) });
      world.actual.set(name, desired);
      return { key, before, after: desired, observed: await observe() };
    },
    observe,
    probe: async () => ({ decision: 'deny', method: 'decision', detail: '', elapsedMs: 0 }),
    undo: observe,
    close: async () => {},
  };
}
