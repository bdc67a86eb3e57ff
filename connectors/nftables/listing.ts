/** Reads `nft list ruleset`: our tables as text, without what counts (packets, bytes). One listing is one consistent snapshot. */
import { digestOfText, type Digest } from '../../domain/digest.ts';
import { EdictError } from '../../domain/errors.ts';

export const tableNames = { policy: 'edict_policy', isolation: 'edict_isolation', seal: 'edict_seal' } as const;

export type Listing = {
  readonly policy: string | undefined;
  readonly isolation: string | undefined;
  readonly seal: string | undefined;
  /** `inet filter`, … : tables of others. */
  readonly others: readonly string[];
};

/** Throws `enforcement-point-unreachable` for a listing that was cut off. */
export function parseListing(point: string, text: string): Listing {
  const tables = new Map<string, string>();
  let name: string | undefined;
  let lines: string[] = [];
  for (const line of text.split('\n')) {
    const opened = /^table (\S+ \S+) \{/u.exec(line);
    if (opened !== null && name === undefined) [name, lines] = [opened[1], [line]];
    else if (name !== undefined) lines.push(line);
    else if (line.trim() !== '' && !line.startsWith('#')) throw unreadable(point, line);
    if (name !== undefined && line === '}') {
      tables.set(name, lines.join('\n'));
      name = undefined;
    }
  }
  if (name !== undefined) throw unreadable(point, lines.at(-1) ?? '');
  const own = (table: string) => tables.get(`inet ${table}`);
  const ours = Object.values(tableNames).map((table) => `inet ${table}`);
  return {
    policy: own(tableNames.policy),
    isolation: own(tableNames.isolation),
    seal: own(tableNames.seal),
    others: [...tables.keys()].filter((table) => !ours.includes(table)),
  };
}

/** One digest for what both tables do; the same whether just loaded or in use for a year. */
export function contentDigest({ policy, isolation }: Pick<Listing, 'policy' | 'isolation'>): Digest {
  return digestOfText(
    [policy, isolation].map((table) => (table ?? '').replaceAll(/counter packets \d+ bytes \d+/gu, 'counter')).join('\n'),
  );
}

export type RuleCounter = { readonly packets: number; readonly bytes: number; readonly comment: string };

/** Rules with a counter and a comment. */
export function countersOf(table: string | undefined): readonly RuleCounter[] {
  const found = (table ?? '').matchAll(/counter packets (\d+) bytes (\d+)[^\n]*? comment "([^"\n]*)"/gu);
  return [...found].map(([, packets, bytes, comment]) => ({ packets: Number(packets), bytes: Number(bytes), comment: comment ?? '' }));
}

function unreadable(point: string, line: string): EdictError {
  return new EdictError(
    'enforcement-point-unreachable',
    `what nft says at \`${point}\` cannot be read near \`${line.trim().slice(0, 80)}\``,
    { where: point, help: 'the output was cut off; it is asked again' },
  );
}
