/** What was required: each sentence that a person wrote, what it became, and what was asked and answered. */
import type { ReportInput, ReportPolicy } from './report-input.ts';
import { counted, detailText } from './sentence.ts';
import type { EntryIndex, Told } from './sentence.ts';

export function requiredSentences({ policies }: ReportInput, index: EntryIndex): readonly Told[] {
  return policies.flatMap((policy) => [...requirements(policy, index), ...answers(policy, index), ...whatIf(policy, index)]);
}

function requirements({ row, version }: ReportPolicy, index: EntryIndex): readonly Told[] {
  if (version === undefined) return [];
  const entries = draftEntries({ row, version }, index);
  return version.document.requirements.map(({ id, text }) => {
    const rules = version.document.rules.filter(({ requirement }) => requirement === id);
    return {
      text: `Policy ${row.policy}, version ${version.version}, of ${version.document.owner} requires: “${text}” It became ${counted(rules.length, 'rule')}.`,
      entries,
      controls: ['ac-4', 'pl-2'],
    };
  });
}

function answers({ row, version }: ReportPolicy, index: EntryIndex): readonly Told[] {
  if (version === undefined) return [];
  const redrafts = index
    .about(`policy/${row.policy}`, 'policy-redrafted')
    .filter((entry) => isOfVersion(entry.detail['version'], version.version));
  return version.document.questions.flatMap(({ text, answered }) => {
    if (answered === undefined) return [];
    const own = redrafts.filter(({ actor }) => actor === answered.by);
    return [
      {
        text: `${answered.by} answered “${text}” with “${answered.answer}”.`,
        entries: own.length > 0 ? own : redrafts,
        controls: ['pl-2'] as const,
      },
    ];
  });
}

function whatIf({ row, version, whatIf: result }: ReportPolicy, index: EntryIndex): readonly Told[] {
  if (version === undefined || result === undefined) return [];
  const { connections, hosts } = result.wouldBlock;
  const entries = index
    .about(`policy/${row.policy}`, 'policy-tried')
    .filter((entry) => detailText(entry, 'version') === String(version.version));
  const text = `Before review, version ${version.version} of ${row.policy} was tried on ${counted(result.connections, 'recorded connection')}: it would have cut off ${connections}, of ${counted(hosts.length, 'host')}.`;
  return [{ text, entries, controls: ['cm-4'] }];
}

function draftEntries({ row, version }: Pick<ReportPolicy, 'row' | 'version'>, index: EntryIndex) {
  return index
    .about(`policy/${row.policy}`, 'policy-drafted', 'policy-redrafted')
    .filter(({ detail }) => isOfVersion(detail['version'], version?.version));
}

function isOfVersion(recorded: unknown, version: number | undefined): boolean {
  return recorded === version;
}
