/** What the analysis of policies says, in words. All of it is given cleaned text. */
import type { AccessComparison } from '../domain/policy/analysis/access.ts';
import type { Finding } from '../domain/policy/analysis/finding.ts';
import { type GrantSizes, printGrants } from '../domain/policy/analysis/grants/permissiveness.ts';
import type { GrantUsage } from '../domain/policy/analysis/grants/usage.ts';
import type { OptimiseStep } from '../domain/policy/analysis/optimise.ts';
import type { Relation } from '../domain/policy/analysis/relate.ts';
import type { PlainSize, PlainSizes } from '../domain/policy/analysis/size.ts';
import type { WhatIf } from '../domain/policy/replay/what-if.ts';
import { style, table } from './output.ts';

export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

export type AnalysisReport = {
  readonly rules: number;
  readonly findings: readonly Finding[];
  readonly counts: { readonly [kind: string]: number };
  readonly pairsCut: boolean;
  readonly allows: PlainSizes;
  readonly grants: GrantSizes;
};

export function analysisWords({ rules, findings, counts, pairsCut, allows, grants }: AnalysisReport): string {
  const unused = findings.filter(({ kind }) => kind === 'unused-object');
  const lines = findings
    .filter(({ kind }) => kind !== 'unused-object')
    .flatMap(({ kind, severity, text, witness, droppable }) => [
      `${severity === 'fault' ? style.red(kind) : style.yellow(kind)}  ${text}${droppable === false ? ' (one of those that cover it must stay)' : ''}`,
      ...(witness === undefined ? [] : [`    ${witness.text}`]),
    ]);
  const found = Object.entries(counts).filter(([, count]) => count > 0);
  const listed = found.map(([kind, count]) => `${count} ${kind}`).join(', ') || 'nothing found';
  return [
    ...lines,
    ...unusedWords(unused, counts['unused-object'] ?? unused.length),
    `${counted(rules, 'rule')}: ${listed}`,
    ...(pairsCut ? [style.yellow('so many rules are at odds that not every pair was looked at')] : []),
    `allowed together: ${[sizeWords(allows), ...grantWords(grants)].join(', ')}`,
  ].join('\n');
}

export function grantWords(grants: GrantSizes): readonly string[] {
  return (['access', 'ai'] as const).flatMap((kind) => (grants[kind] === undefined ? [] : [printGrants(kind, grants[kind])]));
}

function unusedWords(unused: readonly Finding[], count: number): readonly string[] {
  if (unused.length === 0) return [];
  const names = unused.flatMap(({ object }) => object ?? []);
  return [`${style.yellow('unused-object')}  no rule uses ${listWords(names, count)}`];
}

const mostListed = 10;

/** The first of them; `count`: how many there are, where not all are given. */
export function listWords(names: readonly string[], count: number = names.length): string {
  const more = count - Math.min(names.length, mostListed);
  return `${names.slice(0, mostListed).join(', ')}${more > 0 ? `, … and ${more} more: \`--json\`` : ''}`;
}

export function sizeWords({ ipv4, ipv6 }: PlainSizes): string {
  return `IPv4 ${sizeText(ipv4)}, IPv6 ${sizeText(ipv6)}`;
}

function sizeText({ bits, share }: PlainSize): string {
  return bits === undefined ? 'nothing' : `2^${bits.toFixed(1)} (${(share * 100).toFixed(0)} %)`;
}

export type ComparisonReport = {
  /** Of what the network is allowed; absent where nothing is said of it. */
  readonly relation?: Relation | undefined;
  readonly names: { readonly first: string; readonly second: string };
  readonly first?: { readonly text: string } | undefined;
  readonly second?: { readonly text: string } | undefined;
  readonly allows?: { readonly first: PlainSizes; readonly second: PlainSizes } | undefined;
  readonly access?: readonly AccessComparison[] | undefined;
};

export function comparisonWords({ relation, names, first, second, allows, access = [] }: ComparisonReport): string {
  const said: Readonly<Record<Relation, string>> = {
    equivalent: style.green('equivalent: every request is decided alike'),
    'first-more': style.yellow(`${names.first} allows more`),
    'second-more': style.yellow(`${names.second} allows more`),
    incomparable: style.yellow('incomparable: each allows something that the other does not'),
  };
  const examples = (sides: readonly ({ readonly text: string } | undefined)[]) =>
    sides.flatMap((side) => (side === undefined ? [] : [`  ${side.text}`]));
  // Of access alone, that nothing is said of the network is no news.
  const network = relation !== undefined && !(access.length > 0 && relation === 'equivalent' && saysNothing(allows));
  return [
    ...(network ? [`${access.length > 0 ? 'network: ' : ''}${said[relation]}`, ...examples([first, second])] : []),
    ...(network && allows !== undefined
      ? [`${names.first}: ${sizeWords(allows.first)}`, `${names.second}: ${sizeWords(allows.second)}`]
      : []),
    ...access.flatMap((one) => [`${one.kind}: ${said[one.relation]}`, ...examples([one.first, one.second])]),
  ].join('\n');
}

function saysNothing(allows: ComparisonReport['allows']): boolean {
  return Object.values(allows ?? {}).every(({ ipv4, ipv6 }) => ipv4.bits === undefined && ipv6.bits === undefined);
}

export type OptimiseReport = {
  readonly before: number;
  readonly after: number;
  readonly proof: string;
  readonly steps: readonly OptimiseStep[];
  readonly written: readonly string[];
};

export function optimiseWords({ before, after, proof, steps, written }: OptimiseReport): string {
  const rows = steps.map(({ change, rule, rules }) => [change, rule, rules.join(', ')]);
  return [
    table(['CHANGE', 'RULE', 'BY, FROM OR BEFORE'], rows, 'nothing to change'),
    `${counted(before, 'rule')} before, ${after} after; ${style.green(`proved ${proof}`)}`,
    ...written.map((file) => `written to ${file}`),
  ].join('\n');
}

/** Of the network, and of access and models under `access`; each absent where nothing was recorded of it. */
export type SizingReport = {
  readonly support?: number;
  readonly usage?: readonly {
    readonly rule: string;
    readonly flows: number;
    readonly triples: number;
    readonly narrower?: string | undefined;
  }[];
  readonly neverUsed?: readonly string[];
  readonly replay?: Pick<WhatIf, 'wouldBlock'>;
  readonly access?: {
    readonly support: number;
    readonly usage: readonly GrantUsage[];
    readonly neverUsed: readonly string[];
    readonly replay: { readonly wouldBlock: { readonly requests: number } };
  };
  readonly written: readonly string[];
};

export function sizingWords({ support = 0, usage, neverUsed = [], replay, access, written }: SizingReport): string {
  const rows = usage?.map(({ rule, flows, triples, narrower }) => [
    rule,
    String(flows),
    String(triples),
    flows === 0 ? 'drop' : (narrower ?? 'keep'),
  ]);
  return [
    ...(rows === undefined
      ? []
      : [
          table(['GRANT', 'FLOWS', 'DISTINCT', 'PROPOSAL'], rows, 'no grants'),
          `${counted(neverUsed.length, 'grant')} of ${rows.length} never used in ${counted(support, 'flow')}; the proposal would cut off ${replay?.wouldBlock.connections ?? 0} of them`,
        ]),
    ...(access === undefined ? [] : accessSizingWords(access)),
    ...written.map((file) => `written to ${file}`),
  ].join('\n');
}

function accessSizingWords({ support, usage, neverUsed, replay }: NonNullable<SizingReport['access']>): readonly string[] {
  const rows = usage.map(({ rule, requests, unused }) => {
    const without = Object.values(unused).flat();
    return [rule, String(requests), requests === 0 ? 'drop' : without.length === 0 ? 'keep' : `without ${listWords(without)}`];
  });
  return [
    table(['GRANT', 'REQUESTS', 'PROPOSAL'], rows, 'no grants'),
    `${counted(neverUsed.length, 'grant')} of ${usage.length} never used in ${counted(support, 'request')}; the proposal would cut off ${replay.wouldBlock.requests} of them`,
  ];
}

export type ProofReport = {
  readonly target: string;
  readonly equal: boolean;
  readonly classes: number;
  readonly counterExample?: { readonly text: string } | undefined;
  readonly withinLosses: readonly { readonly rule: string; readonly direction: string; readonly text: string }[];
};

export function proofWords({ target, equal, classes, counterExample, withinLosses }: ProofReport): string {
  return [
    equal
      ? style.green(`proved: the ${target} artifact decides as the rules say`)
      : style.red(`not proved: the ${target} artifact does otherwise`),
    ...(counterExample === undefined ? [] : [`  ${counterExample.text}`]),
    ...withinLosses.map(({ rule, direction, text }) => `  ${style.yellow('within a loss')} of ${rule} (${direction}): ${text}`),
    `${counted(classes, 'class')} of requests compared`.replace('classs', 'classes'),
  ].join('\n');
}
