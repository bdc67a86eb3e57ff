/** The one transaction that makes a firewall as desired: nft applies the whole text or nothing of it. */
import { EdictError } from '../../domain/errors.ts';
import type { Artifact } from '../../domain/policy/targets/target.ts';
import type { Isolation } from '../connector.ts';
import { isolationTable } from './isolation-table.ts';
import { tableNames } from './listing.ts';

export type Content = { readonly artifact: Artifact | undefined; readonly isolations: readonly Isolation[] };

/** Policy and isolations, without the seal. */
export function contentText({ artifact, isolations }: Content): string {
  return [artifact === undefined ? '' : policyText(artifact), isolationTable(isolations)].join('\n');
}

/** Takes our tables away, whether they are there or not. */
export function clearText(): string {
  return Object.values(tableNames)
    .map((table) => `add table inet ${table}\ndelete table inet ${table}\n`)
    .join('');
}

/** The artifact's text, which may speak of its own table only. */
function policyText(artifact: Artifact): string {
  const text = Object.entries(artifact.files)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, content]) => content)
    .join('\n');
  const foreign = /^\s*(?:flush ruleset|include\b|(?:add |delete |flush |create )?table (?!inet edict_policy\b).*)/mu.exec(text);
  if (foreign === null && text.trim() !== '') return text;
  throw new EdictError('artifact-unreadable', `artifact \`${artifact.digest}\` is not a ruleset of table \`inet ${tableNames.policy}\``, {
    where: foreign?.[0].trim().slice(0, 80),
    expected: `statements about \`table inet ${tableNames.policy}\` alone`,
  });
}
