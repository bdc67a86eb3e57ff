/** Microsoft Defender for Endpoint's API, as far as Edict speaks it. An action is carried out some looks after it was ordered. */
import { randomUUID } from 'node:crypto';
import { json, odataProblem, startFaultServer, type Answer, type Asked, type FaultServer } from './fault-server.ts';
import { isAuthorised, listAnswer, registration, tokenAnswer } from './odata.ts';

type Action = {
  readonly id: string;
  readonly type: string;
  readonly machineId: string;
  readonly requestorComment: string;
  readonly creationDateTimeUtc: string;
  status: string;
  looks: number;
};

export type FakeDefender = FaultServer & {
  readonly settings: { readonly tenant: string; readonly clientId: string; readonly authority: string; readonly url: string };
  readonly machines: { readonly id: string; readonly computerDnsName: string }[];
  readonly actions: Action[];
  readonly writes: () => number;
  /** How often an action is looked at before it is carried out; `Failed` or `Cancelled` is how it ends then. */
  outcome: { looks: number; status: string };
};

export async function startFakeDefender(): Promise<FakeDefender> {
  const machines = ['ws-17.corp.example.com', 'ws-170.corp.example.com', 'ws-18.corp.example.com', 'ws-18.lab.example.com'].map(
    (name, at) => ({
      id: `machine-${at}`,
      computerDnsName: name,
    }),
  );
  const actions: Action[] = [];
  const outcome = { looks: 2, status: 'Succeeded' };
  let scope = '';
  const server = await startFaultServer({
    answer: (asked) =>
      tokenAnswer(asked, scope) ??
      (isAuthorised(asked, scope) ? answer({ machines, actions, outcome }, asked) : odataProblem(401, 'Unauthorized')),
    spared: (asked) => asked.path.endsWith('/token'),
    changes: ({ method }) => method !== 'GET',
    problem: odataProblem,
  });
  scope = `${server.url}/.default`;
  const { tenant, clientId } = registration;
  const settings = { tenant, clientId, authority: server.url, url: server.url };
  return { ...server, machines, actions, outcome, settings, writes: () => actions.length };
}

type State = Pick<FakeDefender, 'machines' | 'actions' | 'outcome'>;

const types: Readonly<Record<string, string>> = { isolate: 'Isolate', unisolate: 'Unisolate', runAntiVirusScan: 'RunAntiVirusScan' };

function answer(state: State, asked: Asked): Answer {
  const [, , noun, id, verb = ''] = asked.path.split('/').map(decodeURIComponent);
  if (asked.method === 'POST') return order(state, id ?? '', verb, asked.body);
  if (noun === 'machines') return listAnswer(asked, state.machines, 2);
  if (noun !== 'machineactions') return odataProblem(404, 'ResourceNotFound');
  for (const action of state.actions) progress(state, action);
  return listAnswer(asked, state.actions, 2);
}

function order({ machines, actions }: State, machineId: string, verb: string, body: string): Answer {
  if (!machines.some(({ id }) => id === machineId)) return odataProblem(404, 'ResourceNotFound');
  const value = JSON.parse(body) as { readonly Comment?: string; readonly IsolationType?: string; readonly ScanType?: string };
  const type = types[verb];
  const complete = verb === 'isolate' ? value.IsolationType === 'Full' : verb === 'unisolate' || value.ScanType === 'Full';
  if (type === undefined || typeof value.Comment !== 'string' || !complete) return odataProblem(400, 'InvalidRequestBody');
  if (actions.some((one) => one.machineId === machineId && one.type === type && ['Pending', 'InProgress'].includes(one.status)))
    return odataProblem(400, 'ActiveRequestAlreadyExists');
  const creationDateTimeUtc = new Date(Date.UTC(2026, 10, 25) + actions.length * 1000).toISOString();
  const action = { id: randomUUID(), type, machineId, requestorComment: value.Comment, creationDateTimeUtc, status: 'Pending', looks: 0 };
  actions.push(action);
  return json(201, action);
}

function progress({ outcome }: State, action: Action): void {
  if (!['Pending', 'InProgress'].includes(action.status)) return;
  action.looks += 1;
  action.status = action.looks >= outcome.looks ? outcome.status : 'InProgress';
}
