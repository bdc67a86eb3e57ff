/** The world of fake-world.ts with one outside system: a directory of accounts that are enabled or not, and that counts what is done to it. */
import { textOf } from '../../connectors/odata.ts';
import { createSystem, type Change } from '../../connectors/system-driver.ts';
import type { OutsideSystem } from '../../connectors/system.ts';
import { EdictError } from '../../domain/errors.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { Plan } from '../../domain/playbook/plan.ts';
import type { SystemRow, Systems } from '../../store/port.ts';
import { actionStep, crashing, makeWorld, planOf, type World } from './fake-world.ts';

export type SystemWorld = World & {
  /** Account → enabled. */
  readonly accounts: Map<string, boolean>;
  readonly sessions: Map<string, number>;
  /** Every change that the directory really made, in order. */
  readonly done: string[];
  readonly rows: Map<string, SystemRow>;
  readonly preparedOf: Map<string, { readonly target: string; readonly prepared: JsonObject }>;
  /** The directory takes changes on, and then says nothing, so many times. */
  mute: number;
  /** It cannot be reached, so many times. */
  unreachable: number;
};

export const disablePlan: Plan = planOf([
  actionStep('disable', 'identity.disable-user', { undo: 'identity.enable-user' }),
  actionStep('revoke', 'identity.revoke-sessions', { reason: 'people sign in again' }),
]);

export function makeSystemWorld(plan: Plan = disablePlan): SystemWorld {
  const world = makeWorld({ plan }) as SystemWorld;
  Object.assign(world, {
    accounts: new Map([
      ['ann', true],
      ['bob', false],
    ]),
    sessions: new Map([['ann', 1]]),
    done: [],
    rows: new Map([['entra', { name: 'entra', kind: 'microsoft-graph', settings: {}, secrets: {}, updatedAt: '2026-11-25T12:00:00Z' }]]),
    preparedOf: new Map(),
    mute: 0,
    unreachable: 0,
  });
  const store = { ...world.ports.store, systems: crashing(world, systemsOf(world)) };
  const ports = {
    ...world.ports,
    store,
    system: async (name: string) => {
      if (!world.rows.has(name)) throw new EdictError('system-missing', `no system ${name}`);
      return crashing(world, directory(world, name));
    },
  };
  return Object.assign(world, { ports });
}

function systemsOf(world: SystemWorld): Systems {
  return {
    put: async () => Promise.reject(new Error('not in this test')),
    remove: async () => Promise.reject(new Error('not in this test')),
    get: async (name) => world.rows.get(name),
    list: async () => [...world.rows.values()],
    prepare: async (effect, target, prepared) => {
      if (!world.preparedOf.has(effect)) world.preparedOf.set(effect, { target, prepared });
      return world.preparedOf.get(effect)!.prepared;
    },
    prepared: async (effect) => world.preparedOf.get(effect)?.prepared,
    holding: async (target, except) =>
      [...world.preparedOf]
        .filter(([effect, one]) => one.target === target && effect !== except)
        .filter(([effect]) => ['intended', 'applied', 'confirmed'].includes(world.effects.get(effect)?.status ?? ''))
        .map(([, { prepared }]) => prepared),
    locked: async <T>(_target: string, work: () => Promise<T>): Promise<T> => work(),
  };
}

function directory(world: SystemWorld, system: string): OutsideSystem {
  return createSystem({
    kind: 'microsoft-graph',
    system,
    timeoutMs: 1000,
    settleTimeoutMs: 1000,
    check: async () => ({}),
    reads: { user: async ({ user }) => ({ enabled: world.accounts.get(textOf(user)) ?? null }) },
    changes: { 'disable-user': disabling(world), 'revoke-sessions': revoking(world) },
    close: () => undefined,
  });
}

function tell(world: SystemWorld, what: string, work: () => void): void {
  if (world.unreachable > 0) {
    world.unreachable -= 1;
    throw new EdictError('system-unreachable', 'it is away');
  }
  work();
  world.done.push(what);
  if (world.mute === 0) return;
  world.mute -= 1;
  throw new EdictError('timeout', 'it took the change on and said nothing');
}

function disabling(world: SystemWorld): Change {
  const set = (user: string, enabled: boolean) =>
    tell(world, `${enabled ? 'enable' : 'disable'} ${user}`, () => world.accounts.set(user, enabled));
  const name = (params: JsonObject) => textOf(params['user']);
  return {
    target: async (params) => {
      if (!world.accounts.has(name(params))) throw new EdictError('system-object-missing', `nobody is ${name(params)}`);
      return `user/${name(params)}`;
    },
    prepare: async (params) => {
      const enabled = world.accounts.get(name(params)) === true;
      return { before: { user: name(params), enabled }, already: !enabled };
    },
    perform: async ({ before }) => set(textOf(before['user']), false),
    observe: async ({ before }) => ({ state: world.accounts.get(textOf(before['user'])) === false ? 'landed' : 'absent', facts: {} }),
    takeBack: async ({ before }) => set(textOf(before['user']), true),
  };
}

function revoking(world: SystemWorld): Change {
  const count = (user: Json | undefined) => world.sessions.get(textOf(user)) ?? 0;
  return {
    target: async ({ user }) => `user/${textOf(user)}`,
    prepare: async ({ user }) => ({ before: { user: textOf(user), revoked: count(user) }, already: false }),
    perform: async ({ before }) =>
      tell(world, `revoke ${textOf(before['user'])}`, () => world.sessions.set(textOf(before['user']), count(before['user']) + 1)),
    observe: async ({ before }) => ({ state: count(before['user']) > Number(before['revoked']) ? 'landed' : 'absent', facts: {} }),
  };
}
