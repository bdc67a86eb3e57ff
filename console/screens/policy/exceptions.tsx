/** What ends by itself: whose it is, why, and how long it still holds. */
import type { ReactElement } from 'react';
import type { PolicyDocument, PolicyVersion } from '../../../api/contract/policies.ts';
import { Section, Stack } from '../../look/page.tsx';
import { PlainTable, type PlainColumn } from '../../look/plain-table.tsx';
import { Empty } from '../../look/told.tsx';
import { Countdown, When } from '../../look/when.tsx';
import { exceptWords, matchWords, type RuleException } from './rule-words.ts';

type Row = { readonly rule: string; readonly what: string; readonly exception: RuleException };

export function exceptionsOf({ rules }: PolicyDocument): readonly Row[] {
  return rules
    .flatMap((rule) => [
      ...(rule.exception === undefined ? [] : [{ rule: rule.id, what: matchWords(rule), exception: rule.exception }]),
      ...exceptWords(rule).flatMap(({ text, exception }) =>
        exception === undefined ? [] : [{ rule: rule.id, what: `except ${text}`, exception }],
      ),
    ])
    .toSorted((a, b) => Date.parse(a.exception.until) - Date.parse(b.exception.until));
}

export function Exceptions({ version: { document } }: { readonly version: PolicyVersion }): ReactElement {
  const rows = exceptionsOf(document);
  if (rows.length === 0)
    return (
      <Empty title="Nothing in it ends by itself">
        An exception has an owner, a reason and an end. When the end comes, what it let through is compiled away, proved and taken out of
        every point.
      </Empty>
    );
  return (
    <Stack>
      <Section title={rows.length === 1 ? 'One exception' : `${rows.length} exceptions`} flush>
        <PlainTable label="What ends by itself" rows={rows} rowId={({ rule, what }) => `${rule} ${what}`} columns={columns} />
      </Section>
    </Stack>
  );
}

const columns: readonly PlainColumn<Row>[] = [
  { key: 'left', title: 'Ends in', cell: ({ exception }) => <Countdown until={exception.until} late="ended" /> },
  { key: 'rule', title: 'Rule', weight: 'strong', cell: ({ rule }) => rule },
  { key: 'what', title: 'What', cell: ({ what }) => what },
  { key: 'owner', title: 'Owner', cell: ({ exception }) => exception.owner },
  { key: 'reason', title: 'Reason', cell: ({ exception }) => exception.reason },
  { key: 'end', title: 'End', cell: ({ exception }) => <When at={exception.until} /> },
];
