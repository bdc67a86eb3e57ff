/** What CloudTrail recorded, for one replay after the other: what many requests have in common is kept once, their times apart. */
import type { IamRequest } from '../iam/document.ts';
import { type RecordedRequest, recordedRequests, type Unused } from '../iam/usage.ts';

/** Without its time. */
export type DistinctIamRequest = Pick<RecordedRequest, 'principal' | 'role' | 'action' | 'resource' | 'refused' | 'context'> & {
  readonly count: number;
  /** Milliseconds since 1970, of each record. */
  readonly instants: readonly number[];
};

export type IamRecords = { readonly count: number; readonly skipped: number; readonly distinct: readonly DistinctIamRequest[] };

export type IamRecorder = { readonly add: (record: unknown) => Unused['skipped'] | undefined; readonly done: () => IamRecords };

/** Keys of the moment: they are told by `instants`. */
const momentary: readonly string[] = ['aws:currenttime', 'aws:epochtime'];

/** `principal`: an ARN, of a role for all its sessions; of everybody where not given. */
export function iamRecorder(principal?: string): IamRecorder {
  const numbers = new Map<string, number>();
  const distinct: (Omit<DistinctIamRequest, 'count' | 'instants'> & { count: number; readonly instants: number[] })[] = [];
  let [count, skipped] = [0, 0];
  const keep = ({ principal: asking, role, action, resource, refused, context, at }: RecordedRequest): void => {
    const lasting = Object.fromEntries(Object.entries(context).filter(([name]) => !momentary.includes(name)));
    const key = JSON.stringify([asking?.name, action, resource, refused, lasting]);
    const number =
      numbers.get(key) ??
      distinct.push({ principal: asking, role, action, resource, refused, context: lasting, count: 0, instants: [] }) - 1;
    numbers.set(key, number);
    const held = distinct[number];
    if (held === undefined) return;
    held.count += 1;
    held.instants.push(Date.parse(at));
    count += 1;
  };
  return {
    add: (record) => {
      const found = recordedRequests(record);
      if ('skipped' in found) {
        skipped += 1;
        return found.skipped;
      }
      for (const request of found)
        if (principal === undefined || request.principal?.name === principal || request.role === principal) keep(request);
      return undefined;
    },
    done: () => ({ count, skipped, distinct }),
  };
}

export function momentOf(instantMs: number): IamRequest['context'] {
  return Number.isNaN(instantMs)
    ? {}
    : { 'aws:currenttime': [new Date(instantMs).toISOString()], 'aws:epochtime': [String(Math.floor(instantMs / 1000))] };
}

export function asksForMoment(keys: ReadonlySet<string>): boolean {
  return momentary.some((key) => keys.has(key));
}
