/** Two versions: first what is decided otherwise, with a request for each, then their text. */
import { Select } from '@mantine/core';
import type { ReactElement } from 'react';
import { stringify } from 'yaml';
import type { PolicyDetail } from '../../../api/contract/policies.ts';
import { useRead } from '../../api/queries.ts';
import { useUrlState } from '../../app/url.ts';
import { Section, Stack } from '../../look/page.tsx';
import { PlainTable } from '../../look/plain-table.tsx';
import { State } from '../../look/state.tsx';
import { Empty, Failure, Loading } from '../../look/told.tsx';
import { TextDiff } from '../playbook/text-diff.tsx';
import css from './policy.module.css';

export function Changes({ policy: { policy, versions, current } }: { readonly policy: PolicyDetail }): ReactElement {
  const [url, setUrl] = useUrlState();
  const numbers = versions.map(({ version }) => version).toSorted((a, b) => b - a);
  const to = Number(url['to'] ?? current.version);
  const from = Number(url['from'] ?? numbers.find((one) => one < to) ?? to);
  if (numbers.length < 2)
    return <Empty title="This is its only version">Once there is another, what it decides otherwise stands here.</Empty>;
  const choice = numbers.map((one) => ({
    value: String(one),
    label: `v${one} · ${versions.find(({ version }) => version === one)?.status ?? ''}`,
  }));
  return (
    <Stack>
      <div className={css['choose']}>
        <Select
          aria-label="From version"
          data={choice}
          value={String(from)}
          allowDeselect={false}
          onChange={(value) => setUrl({ from: value ?? undefined })}
        />
        <span>→</span>
        <Select
          aria-label="To version"
          data={choice}
          value={String(to)}
          allowDeselect={false}
          onChange={(value) => setUrl({ to: value ?? undefined })}
        />
      </div>
      <Meaning policy={policy} from={from} to={to} />
      <Section title="In the text" flush>
        <Texts policy={policy} from={from} to={to} />
      </Section>
    </Stack>
  );
}

type Two = { readonly policy: string; readonly from: number; readonly to: number };

function Meaning({ policy, from, to }: Two): ReactElement {
  const { data, error } = useRead('policies.diff', { params: { policy }, query: { from, to } });
  const compared = useRead('policies.comparison', { params: { policy }, query: { from, to } });
  if (data === undefined) return error === null ? <Loading /> : <Failure error={error} />;
  return (
    <Section title="In what is decided" aside={compared.data === undefined ? null : relations[compared.data.relation]}>
      {data.equal ? <State value="equal" tone="good" label="Both decide alike on every request" /> : null}
      {data.changes.length === 0 ? null : (
        <PlainTable
          label="Decided otherwise"
          rows={data.changes}
          rowId={({ text }) => text}
          columns={[
            { key: 'change', title: 'Before → after', cell: ({ from: before, to: after }) => `${before} → ${after}` },
            { key: 'request', title: 'A request that shows it', cell: ({ text }) => text },
          ]}
        />
      )}
      <ul className={css['lossy']}>
        {data.rules.map(({ rule, change }) => (
          <li key={rule}>
            <State value={change} tone={change === 'widened' ? 'warn' : 'still'} /> {rule}
          </li>
        ))}
        {data.exceptions.map(({ text }) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </Section>
  );
}

const relations = {
  equivalent: 'neither allows more',
  'first-more': 'the first allows more',
  'second-more': 'the second allows more',
  incomparable: 'each allows something that the other does not',
} as const;

function Texts({ policy, from, to }: Two): ReactElement {
  const before = useRead('policies.version', { params: { policy, version: from } });
  const after = useRead('policies.version', { params: { policy, version: to } });
  const error = before.error ?? after.error;
  if (before.data === undefined || after.data === undefined) return error === null ? <Loading /> : <Failure error={error} />;
  return (
    <TextDiff before={stringify(before.data.document)} after={stringify(after.data.document)} label={`${policy}, v${from} and v${to}`} />
  );
}
