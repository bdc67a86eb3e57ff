/** Every action on an outside system, on the named fakes: it gives what the catalogue says that it gives, and its undo puts back what was there. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ActionCall } from '../../activities/contract.ts';
import { createActivities } from '../../activities/index.ts';
import type { Ports } from '../../activities/ports.ts';
import { openSystem } from '../../connectors/open-system.ts';
import type { OutsideSystem } from '../../connectors/system.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { actions, type ActionName, type ActionSpec, type ValueType } from '../../domain/playbook/actions.ts';
import { awsIdentity, startFakeAws, type FakeAws } from '../fakes/fake-aws.ts';
import { startFakeDefender, type FakeDefender } from '../fakes/fake-defender.ts';
import { startFakeGraph, type FakeGraph } from '../fakes/fake-graph.ts';
import { registration } from '../fakes/odata.ts';
import { actionStep, planOf } from './fake-world.ts';
import { makeSystemWorld, type SystemWorld } from './system-world.ts';

const nouns = ['identity', 'mail', 'endpoint', 'cloud', 'storage', 'oauth', 'system'];
const mine = (Object.keys(actions) as ActionName[]).filter((name) => nouns.includes(name.split('.')[0] ?? ''));
const specOf = (name: ActionName): ActionSpec => actions[name];
const undos = new Set(mine.flatMap((name) => specOf(name).undo ?? []));
const direct = mine.filter((name) => !undos.has(name));
const stepOf = (name: ActionName) => name.replace('.', '-');
const plan = planOf(direct.map((name) => actionStep(stepOf(name), name, { undo: specOf(name).undo as ActionName | undefined })));

const app = 'Totally Legit Mailer';
const params: { readonly [name in ActionName]?: JsonObject } = {
  'identity.get-user': { user: 'ann@example.com' },
  'identity.sign-ins': { user: 'ann@example.com', hours: 24 },
  'identity.disable-user': { user: 'ann@example.com' },
  'identity.revoke-sessions': { user: 'ann@example.com' },
  'mail.find': { sender: 'billing@phish.example', hours: 48 },
  'mail.purge': { messages: [{ mailbox: 'ann@example.com', id: 'm-ann@example.com-1' }] },
  'endpoint.isolate': { asset: { name: 'ws-17' } },
  'endpoint.scan': { asset: 'ws-17' },
  'cloud.key-usage': { key: 'AKIAIOSFODNN7EXAMPLE' },
  'cloud.disable-key': { key: 'AKIAIOSFODNN7EXAMPLE' },
  'storage.public-access': { bucket: 'half-open' },
  'storage.block-public': { bucket: 'half-open' },
  'oauth.find-grants': { app },
  'oauth.revoke-grant': { app, grants: ['g-1', 'g-3'] },
  'oauth.disable-app': { app },
  'system.check': { system: 'aws' },
};

const fits: { readonly [type in ValueType]?: (value: Json | undefined) => boolean } = {
  string: (value) => typeof value === 'string',
  int: (value) => Number.isInteger(value),
  bool: (value) => typeof value === 'boolean',
  list: (value) => Array.isArray(value),
  map: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

describe('the actions on outside systems', () => {
  let graph: FakeGraph;
  let defender: FakeDefender;
  let aws: FakeAws;
  let world: SystemWorld;
  const systems = new Map<string, OutsideSystem>();

  beforeAll(async () => {
    [graph, defender, aws] = await Promise.all([startFakeGraph(), startFakeDefender(), startFakeAws()]);
    world = makeSystemWorld(plan);
    const add = (name: string, kind: 'microsoft-graph' | 'defender' | 'aws', settings: JsonObject, secret: string) => {
      const row = { name, kind, settings, secrets: { clientSecret: 's', secretAccessKey: 's' }, updatedAt: '2026-11-25T12:00:00Z' };
      world.rows.set(name, row);
      systems.set(
        name,
        openSystem(row, async () => secret),
      );
    };
    add('entra', 'microsoft-graph', graph.settings, registration.clientSecret);
    add('edr', 'defender', defender.settings, registration.clientSecret);
    add('aws', 'aws', aws.settings, awsIdentity.secretAccessKey);
  });
  afterAll(async () => {
    await Promise.all([...systems.values()].map((system) => system.close()));
    await Promise.all([graph.stop(), defender.stop(), aws.stop()]);
  });

  const portsOf = (): Ports => ({ ...world.ports, system: async (name) => systems.get(name)! });
  const state = () =>
    JSON.stringify([
      graph.users.map(({ accountEnabled }) => accountEnabled),
      graph.messages.map(({ parentFolderId }) => parentFolderId),
      graph.apps,
      graph.grants.map(({ clientId, principalId, scope }) => [clientId, principalId, scope].join()).toSorted(),
      defender.actions.findLast(({ type, status }) => type !== 'RunAntiVirusScan' && status === 'Succeeded')?.type === 'Isolate',
      [...aws.keys],
      [...aws.buckets],
    ]);

  it('are all of the catalogue', () => {
    expect(Object.keys(params).toSorted()).toEqual(direct.toSorted());
  });

  it.each(direct)('%s', async (name) => {
    const activities = createActivities(portsOf());
    const call: ActionCall = { run: 'r1', step: stepOf(name), invocation: 1, params: params[name]! };
    const before = state();
    const outputs = await activities[name](call);
    const { outputs: promised, undo, does } = specOf(name);
    expect(Object.keys(outputs).toSorted()).toEqual(Object.keys(promised).toSorted());
    for (const [output, type] of Object.entries(promised))
      expect([output, outputs[output], fits[type]?.(outputs[output])]).toEqual([output, outputs[output], true]);
    if (does === 'read') expect(state()).toBe(before);
    if (undo === undefined) return;
    expect(state()).not.toBe(before);
    const receipt = outputs['receipt'] as string;
    const undone = await activities[undo as ActionName]({
      ...call,
      params: { ...call.params, receipt },
      undoes: receipt,
    });
    expect(Object.keys(undone).toSorted()).toEqual(Object.keys(specOf(undo as ActionName).outputs).toSorted());
    expect(undone).toMatchObject({ restored: true });
    expect(state()).toBe(before);
  });
});
