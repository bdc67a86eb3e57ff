/**
 * Recorded requests of any source, piece by piece: connections (Zeek, VPC flow logs), what OPA decided (its decision log: network, access
 * and AI requests), and what AWS was asked (CloudTrail, as requests to AWS and as requests of access). What cannot be read is counted.
 */
import { isRecord, recordField, textField, tryJson, withoutBom } from '../../context/json-lines.ts';
import { parseVpcFlow } from '../../context/parse-vpc-flow.ts';
import { parseZeek } from '../../context/parse-zeek.ts';
import type { Recorded } from './flows.ts';
import { parseAddress } from '../addresses.ts';
import type { Decision } from '../model.ts';
import { type RecordedRequest, recordedRequests } from '../iam/usage.ts';
import { type AccessRecords, accessRecorder } from './access-records.ts';
import { type IamRecords, iamRecorder } from './iam-records.ts';

export const recordFormats = ['zeek', 'vpc-flow', 'cloudtrail', 'decision-log'] as const;

export type RecordFormat = (typeof recordFormats)[number];

/** By how a log begins; `undefined` for none of them. */
export function formatOf(text: string): RecordFormat | undefined {
  const line = withoutBom(text).trimStart().split('\n', 1)[0]?.trim() ?? '';
  if (line.startsWith('#')) return 'zeek';
  if (/^[{[]/u.test(line)) return formatOfJson(tryJson(line) ?? tryJson(text));
  const cells = line.split(/\s+/u);
  return cells.includes('srcaddr') || (cells.length >= 14 && /^\d+$/u.test(cells[0] ?? '')) ? 'vpc-flow' : undefined;
}

function formatOfJson(value: unknown): RecordFormat | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  if (!isRecord(first)) return undefined;
  if (Object.hasOwn(first, 'Records') || Object.hasOwn(first, 'eventSource')) return 'cloudtrail';
  if (Object.hasOwn(first, 'id.orig_h') || Object.hasOwn(first, 'id_orig_h')) return 'zeek';
  const asked = recordField(first, 'input') ?? first;
  return ['kind', 'from', 'principal'].some((name) => Object.hasOwn(asked, name)) ? 'decision-log' : undefined;
}

export type Records = {
  readonly flows: readonly Recorded[];
  readonly access: AccessRecords;
  readonly iam: IamRecords;
  /** Records of CloudTrail that tell no resource: they are no requests of access, but requests to AWS. */
  readonly withoutResource: number;
  readonly rejected: number;
  /** The first of those, and why. */
  readonly firstRejected?: { readonly where: string; readonly reason: string } | undefined;
};

export type Recorder = {
  /** Whole lines, or a whole document, of one log after the other. */
  readonly add: (text: string, format: RecordFormat) => void;
  readonly done: () => Records;
};

/** `principal`: of CloudTrail's, an ARN, of a role for all its sessions; of everybody where not given. */
export function recorder(principal?: string): Recorder {
  const flows: Recorded[] = [];
  const [access, iam] = [accessRecorder(), iamRecorder(principal)];
  const state = { withoutResource: 0, rejected: 0, first: undefined as Records['firstRejected'] };
  const reject = (where: string, reason: string): void => {
    state.rejected += 1;
    state.first ??= { where, reason };
  };
  const connections = ({ items, rejected }: ReturnType<typeof parseZeek>): void => {
    for (const item of items) flows.push(item);
    for (const { where, reason } of rejected) reject(where, reason);
  };
  const asAccess = (request: RecordedRequest): void => {
    const fields = accessFieldsOf(request);
    if (fields === undefined) state.withoutResource += 1;
    else access.add(fields, request.refused ? 'deny' : 'allow');
  };
  const add: Readonly<Record<RecordFormat, (text: string) => void>> = {
    zeek: (text) => connections(parseZeek(text)),
    'vpc-flow': (text) => connections(parseVpcFlow(text)),
    cloudtrail: (text) =>
      eachJson(text, 'cloudtrail', reject, (record, where) => {
        const skipped = iam.add(record);
        if (skipped === 'no request') return reject(where, 'no record of CloudTrail');
        const found = recordedRequests(record);
        if (!('skipped' in found)) found.filter((each) => isOf(each, principal)).forEach(asAccess);
      }),
    'decision-log': (text) =>
      eachJson(text, 'decisions', reject, (entry, where) => {
        const reason = addDecision(entry, flows, access.add);
        if (reason !== undefined) reject(where, reason);
      }),
  };
  return {
    add: (text, format) => add[format](text),
    done: () => ({
      flows,
      access: access.done(),
      iam: iam.done(),
      withoutResource: state.withoutResource,
      rejected: state.rejected,
      ...(state.first === undefined ? {} : { firstRejected: state.first }),
    }),
  };
}

function isOf(request: RecordedRequest, principal: string | undefined): boolean {
  return principal === undefined || request.principal?.name === principal || request.role === principal;
}

type Reject = (where: string, reason: string) => void;

/** Values one a line, in a list, or in a document's `Records`. */
function eachJson(text: string, name: string, reject: Reject, take: (value: unknown, where: string) => void): void {
  const lines = withoutBom(text).split('\n');
  const isOneDocument = lines.length > 1 && tryJson(lines.find((line) => line.trim() !== '') ?? '') === undefined;
  (isOneDocument ? [text] : lines).forEach((line, index) => {
    if (line.trim() === '') return;
    const where = `${name}:${index + 1}`;
    const value = tryJson(line);
    const listed: unknown = isRecord(value) && Object.hasOwn(value, 'Records') ? value['Records'] : value;
    if (value === undefined) reject(where, 'not JSON');
    else if (Array.isArray(listed)) listed.forEach((each: unknown, at) => take(each, `${where}/${at}`));
    else take(listed, where);
  });
}

/** OPA's form (`input`, `result`, `timestamp`), or the request itself with its `decision`. What we asked ourselves is left out. */
function addDecision(entry: unknown, flows: Recorded[], addAccess: ReturnType<typeof accessRecorder>['add']): string | undefined {
  if (!isRecord(entry)) return 'not a JSON object';
  const asked = recordField(entry, 'input') ?? entry;
  if (asked['probe'] === true) return undefined;
  const at = textField(asked, 'at') ?? textField(entry, 'timestamp') ?? textField(entry, 'at') ?? '';
  const flow = flowOf(asked, at);
  if (flow !== undefined) {
    flows.push(flow);
    return undefined;
  }
  const kind = textField(asked, 'kind') ?? (Object.hasOwn(asked, 'model') ? 'ai' : 'access');
  if (kind !== 'access' && kind !== 'ai') return 'no `from`, `to`, `protocol` and `port`, and no request of access';
  return addAccess({ ...asked, kind, at }, decisionIn(entry));
}

const protocols: readonly string[] = ['tcp', 'udp', 'icmp', 'other'] satisfies Recorded['protocol'][];

function flowOf({ from, to, protocol, port }: { readonly [name: string]: unknown }, at: string): Recorded | undefined {
  if (typeof from !== 'string' || typeof to !== 'string' || typeof port !== 'number') return undefined;
  if (typeof protocol !== 'string' || !protocols.includes(protocol)) return undefined;
  return { from, to, protocol: protocol as Recorded['protocol'], port, at };
}

const decisions: readonly string[] = ['allow', 'deny', 'not-applicable'] satisfies Decision[];

function decisionIn(entry: { readonly [name: string]: unknown }): Decision | undefined {
  const result = entry['result'] ?? entry['decision'];
  const said: unknown = isRecord(result) ? result['decision'] : result;
  if (typeof said === 'boolean') return said ? 'allow' : 'deny';
  return typeof said === 'string' && decisions.includes(said) ? (said as Decision) : undefined;
}

/** The condition keys by the names that rules read from AWS's policies have for them (../iam/to-rules.ts). */
const written: { readonly [key: string]: string } = {
  'aws:principalarn': 'aws:PrincipalArn',
  'aws:principalaccount': 'aws:PrincipalAccount',
  'aws:username': 'aws:username',
  'aws:userid': 'aws:userid',
  'aws:useragent': 'aws:UserAgent',
  'aws:requestedregion': 'aws:RequestedRegion',
};

/** As rules that were read from AWS's policies ask: ARNs are entities of type `arn`. `undefined` where no resource is told. */
function accessFieldsOf({ principal, action, resource, context, at }: RecordedRequest): { readonly [name: string]: unknown } | undefined {
  if (principal === undefined || resource === undefined) return undefined;
  const [address] = context['aws:sourceip'] ?? [];
  const [mfa] = context['aws:multifactorauthpresent'] ?? [];
  const told = Object.entries(written).flatMap(([key, name]) => (context[key]?.[0] === undefined ? [] : [[name, context[key][0]]]));
  return {
    kind: 'access',
    principal: principal.name,
    action,
    resource,
    context: { ...Object.fromEntries(told), ...(mfa === undefined ? {} : { mfa: mfa === 'true' }) },
    ...(address === undefined || parseAddress(address) === undefined ? {} : { from: address }),
    at,
  };
}
