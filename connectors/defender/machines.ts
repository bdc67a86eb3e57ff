/**
 * Machines: isolated from the network, given back, scanned. The service takes an action on and carries it out when the machine is next seen;
 * what is in force is what the newest action that came through says. Our key is in the comment, so that an action is known again.
 */
import { EdictError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { textIn } from '../change-params.ts';
import type { Deadline } from '../deadline.ts';
import { quoted, textOf, type OData } from '../odata.ts';
import type { Change } from '../system-driver.ts';
import type { Prepared, SystemObservation } from '../system.ts';

const underWay = ['Pending', 'InProgress'];
const mostActions = 100;

export function isolateMachine(defender: OData): Change {
  const order = async (verb: 'isolate' | 'unisolate', prepared: Prepared, key: string, deadline: Deadline) => {
    const body = { Comment: comment(verb, key), ...(verb === 'isolate' ? { IsolationType: 'Full' } : {}) };
    await take(defender, prepared, { verb, body }, deadline);
  };
  return {
    target: (params, deadline) => machineTarget(defender, params, deadline),
    prepare: async (params, deadline) => {
      const machine = await findMachine(defender, textIn(params, 'machine'), deadline);
      const { state } = await isolation(defender, textOf(machine['id']), deadline);
      return { before: { id: textOf(machine['id']), name: textOf(machine['computerDnsName']) }, already: state === 'landed' };
    },
    perform: (prepared, key, deadline) => order('isolate', prepared, key, deadline),
    observe: (prepared, _key, deadline) => isolation(defender, idOf(prepared), deadline),
    takeBack: (prepared, key, deadline) => order('unisolate', prepared, key, deadline),
  };
}

/** A scan that was begun is a scan: how it ends is for the console of the service. */
export function scanMachine(defender: OData): Change {
  return {
    target: (params, deadline) => machineTarget(defender, params, deadline),
    prepare: async (params, deadline) => {
      const machine = await findMachine(defender, textIn(params, 'machine'), deadline);
      return { before: { id: textOf(machine['id']), name: textOf(machine['computerDnsName']) }, already: false };
    },
    perform: async (prepared, key, deadline) => {
      const body = { Comment: comment('scan', key), ScanType: 'Full' };
      await take(defender, prepared, { verb: 'runAntiVirusScan', body }, deadline);
    },
    observe: async (prepared, key, deadline) => {
      const found = (await actionsOf(defender, idOf(prepared), ['RunAntiVirusScan'], deadline)).find(
        (action) => textOf(action['requestorComment']) === comment('scan', key),
      );
      const status = textOf(found?.['status']);
      return { state: [...underWay, 'Succeeded'].includes(status) ? 'landed' : 'absent', facts: { status } };
    },
  };
}

type Order = { readonly verb: string; readonly body: JsonObject };

/** An action that is under way already is no refusal: it is waited for, and seen. */
async function take(defender: OData, prepared: Prepared, { verb, body }: Order, deadline: Deadline): Promise<void> {
  try {
    await defender.send('POST', `/api/machines/${encodeURIComponent(idOf(prepared))}/${verb}`, body, deadline);
  } catch (error) {
    if (error instanceof EdictError && error.message.includes('ActiveRequestAlreadyExists')) return;
    throw error;
  }
}

async function isolation(defender: OData, id: string, deadline: Deadline): Promise<SystemObservation> {
  const actions = await actionsOf(defender, id, ['Isolate', 'Unisolate'], deadline);
  const [newest] = actions;
  if (newest !== undefined && underWay.includes(textOf(newest['status']))) return { state: 'pending', facts: factsOf(newest) };
  const held = actions.find((action) => action['status'] === 'Succeeded');
  return { state: held?.['type'] === 'Isolate' ? 'landed' : 'absent', facts: newest === undefined ? {} : factsOf(newest) };
}

function factsOf(action: JsonObject): JsonObject {
  return { action: textOf(action['id']), type: textOf(action['type']), status: textOf(action['status']) };
}

/** Newest first. */
async function actionsOf(defender: OData, id: string, types: readonly string[], deadline: Deadline): Promise<readonly JsonObject[]> {
  const filter = `machineId eq ${quoted(id)} and (${types.map((type) => `type eq ${quoted(type)}`).join(' or ')})`;
  const path = `/api/machineactions?$filter=${filter}&$orderby=creationDateTimeUtc desc&$top=${mostActions}`;
  return await defender.list(path, deadline, mostActions);
}

/** By name, with or without its domain; another than exactly one is refused. */
async function findMachine(defender: OData, machine: string, deadline: Deadline): Promise<JsonObject> {
  const name = machine.toLowerCase();
  const found = await defender.list(`/api/machines?$filter=startswith(computerDnsName,${quoted(name)})`, deadline, mostActions);
  const exact = found.filter((one) => textOf(one['computerDnsName']).toLowerCase() === name);
  const short = found.filter((one) => textOf(one['computerDnsName']).toLowerCase().split('.')[0] === name);
  const [only, another] = exact.length > 0 ? exact : short;
  if (only === undefined)
    throw new EdictError('system-object-missing', `\`${defender.system}\` knows no machine \`${machine}\``, { where: defender.system });
  if (another === undefined) return only;
  throw new EdictError('input-invalid', `\`${defender.system}\` knows several machines \`${machine}\``, {
    expected: 'a name with its domain',
  });
}

async function machineTarget(defender: OData, params: JsonObject, deadline: Deadline): Promise<string> {
  return `machine/${textOf((await findMachine(defender, textIn(params, 'machine'), deadline))['computerDnsName']).toLowerCase()}`;
}

function comment(verb: string, key: string): string {
  return `edict ${verb} for ${key}`;
}

function idOf({ before }: Prepared): string {
  return textOf(before['id']);
}
