/** What a replay of recorded requests says, in words. All of it is given cleaned text. */
import type { RadiusChange } from '../../domain/policy/analysis/reach.ts';
import type { PlainSizes } from '../../domain/policy/analysis/size.ts';
import type { AccessWhatIf } from '../../domain/policy/replay/access-replay.ts';
import type { IamWhatIf } from '../../domain/policy/replay/iam-replay.ts';
import type { WhatIf, WhatIfSide } from '../../domain/policy/replay/what-if.ts';
import { counted, sizeWords } from '../policy-analysis-words.ts';

export type WhatIfReport = WhatIf & {
  readonly allows: { readonly before: PlainSizes; readonly after: PlainSizes };
  readonly radius?: RadiusChange | undefined;
};

export function whatIfWords({ connections, unreadable, wouldBlock, wouldAllow, allows, radius }: WhatIfReport): string {
  return [
    `of ${counted(connections, 'recorded flow')}${unreadable > 0 ? ` (${unreadable} cannot be decided)` : ''}`,
    ...sideWords('would be cut off', wouldBlock),
    ...sideWords('would be let in', wouldAllow),
    `allowed before: ${sizeWords(allows.before)}`,
    `allowed after:  ${sizeWords(allows.after)}`,
    ...(radius === undefined ? [] : radiusWords(radius)),
  ].join('\n');
}

function sideWords(what: string, { connections, hosts, examples }: WhatIfSide): readonly string[] {
  const of = hosts.length === 0 ? '' : ` of ${hosts.slice(0, 10).join(', ')}${hosts.length > 10 ? ` and ${hosts.length - 10} more` : ''}`;
  return [
    `  ${connections} ${what}${of}`,
    ...examples.map(({ text, count, criticality }) => `    ${(criticality ?? 'unknown').padEnd(8)}  ${text} (${count})`),
  ];
}

function radiusWords({ asset, before, after, gained, lost }: RadiusChange): readonly string[] {
  const list = (names: readonly string[]) => (names.length === 0 ? 'nothing' : names.join(', '));
  return [
    `who holds ${asset} reaches ${counted(before.reaches.length, 'asset')} before (${before.critical} critical), ${after.reaches.length} after (${after.critical} critical)`,
    `  gained: ${list(gained)}`,
    `  lost:   ${list(lost)}`,
  ];
}

/** `withoutResource`: of CloudTrail's records, those that tell none. */
export function accessWhatIfWords({
  requests,
  untold,
  wouldBlock,
  wouldAllow,
  withoutResource,
}: AccessWhatIf & { readonly withoutResource: number }): string {
  return [
    `of ${counted(requests, 'recorded request')} of access${untold > 0 ? ` (of ${untold} it is not recorded how they were decided)` : ''}`,
    ...replaySideWords('would be cut off', wouldBlock),
    ...replaySideWords('would be let in', wouldAllow),
    ...(withoutResource === 0
      ? []
      : [`${counted(withoutResource, 'record')} told no resource, and ${withoutResource === 1 ? 'was' : 'were'} not tried`]),
  ].join('\n');
}

export function iamWhatIfWords({ requests, wouldBlock, wouldAllow, skipped }: IamWhatIf & { readonly skipped: number }): string {
  return [
    `of ${counted(requests, 'recorded request')} to AWS${skipped > 0 ? ` (${counted(skipped, 'other record')} left out: services, and what is no request)` : ''}`,
    ...replaySideWords('would be cut off', wouldBlock),
    ...replaySideWords('would be let in', wouldAllow),
  ].join('\n');
}

type Side = {
  readonly requests: number;
  readonly principals: readonly { readonly principal: string; readonly requests: number }[];
  readonly examples: readonly {
    readonly text: string;
    readonly count: number;
    readonly criticality?: string | undefined;
    readonly withoutResource?: boolean;
  }[];
};

const mostNamed = 10;

function replaySideWords(what: string, { requests, principals, examples }: Side): readonly string[] {
  const named = principals.slice(0, mostNamed).map(({ principal, requests: count }) => `${principal} (${count})`);
  const more = principals.length > mostNamed ? ` and ${principals.length - mostNamed} more` : '';
  return [
    `  ${requests} ${what}${named.length === 0 ? '' : ` of ${named.join(', ')}${more}`}`,
    ...examples.map(
      ({ text, count, criticality, withoutResource }) =>
        `    ${(criticality ?? 'unknown').padEnd(8)}  ${text}${withoutResource === true ? ', its resource not recorded' : ''} (${count})`,
    ),
  ];
}
