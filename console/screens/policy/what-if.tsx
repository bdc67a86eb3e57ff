/** What a version would do to what was recorded: who would be cut off, who let in, and how much more or less is allowed in all. */
import type { ReactElement } from 'react';
import type { PolicyVersion } from '../../../api/contract/policies.ts';
import type { ReplyOf } from '../../../api/contract/route.ts';
import type { Routes } from '../../../api/contract/routes.ts';
import { useRead } from '../../api/queries.ts';
import { Section, Stack } from '../../look/page.tsx';
import { PlainTable, type PlainColumn } from '../../look/plain-table.tsx';
import { State } from '../../look/state.tsx';
import { Failure, Loading } from '../../look/told.tsx';
import css from './policy.module.css';

type Reply = ReplyOf<Routes['policies.what-if']>;
type Side = Reply['wouldBlock'];

export function WhatIf({ version: { policy, version } }: { readonly version: PolicyVersion }): ReactElement {
  const { data, error, refetch } = useRead('policies.what-if', { params: { policy, version }, query: {} });
  if (data === undefined) return error === null ? <Loading /> : <Failure error={error} onRetry={() => void refetch()} />;
  return (
    <Stack>
      <p className={css['lead']}>
        {data.connections === 0
          ? 'No connections are recorded yet: load some under Context, and they are replayed here.'
          : `${data.connections.toLocaleString()} recorded connections were replayed, on what is in force and with this version in its place.`}
        {data.unreadable === 0 ? '' : ` ${data.unreadable.toLocaleString()} could not be read.`}
      </p>
      <Section title="Would be cut off">
        <Cut side={data.wouldBlock} none="Nobody who was seen would be cut off." tone="bad" />
      </Section>
      <Section title="Would be let in">
        <Cut side={data.wouldAllow} none="Nothing that was refused would pass." tone="warn" />
      </Section>
      <Section title="What is allowed in all">
        <Sizes sizes={data.allows} />
      </Section>
    </Stack>
  );
}

const columns: readonly PlainColumn<Side['examples'][number]>[] = [
  { key: 'times', title: 'Times', align: 'end', cell: ({ count }) => count.toLocaleString() },
  { key: 'connection', title: 'Connection', weight: 'strong', cell: ({ text }) => text },
  { key: 'change', title: 'Now → then', cell: ({ before, after }) => `${before} → ${after}` },
  { key: 'criticality', title: 'Criticality', cell: ({ criticality }) => criticality ?? '' },
  { key: 'by', title: 'By', weight: 'quiet', cell: ({ determining }) => determining.join(', ') },
];

type CutProps = { readonly side: Side; readonly none: string; readonly tone: 'bad' | 'warn' };

function Cut({ side: { connections, hosts, examples }, none, tone }: CutProps): ReactElement {
  if (connections === 0) return <State value="none" tone="good" label={none} />;
  return (
    <>
      <p className={css['line']}>
        <State value="some" tone={tone} label={`${connections.toLocaleString()} connections`} />
        <span>
          {hosts.length} {hosts.length === 1 ? 'host' : 'hosts'}: {hosts.slice(0, 12).join(', ')}
          {hosts.length > 12 ? ` and ${hosts.length - 12} more` : ''}
        </span>
      </p>
      <PlainTable label="Connections" rows={examples} rowId={({ text }) => text} columns={columns} />
    </>
  );
}

function Sizes({ sizes: { before, after } }: { readonly sizes: Reply['allows'] }): ReactElement {
  return (
    <PlainTable
      label="How much is allowed"
      rows={['ipv4', 'ipv6'] as const}
      rowId={(family) => family}
      columns={[
        { key: 'family', title: 'Family', weight: 'strong', cell: (family) => (family === 'ipv4' ? 'IPv4' : 'IPv6') },
        { key: 'now', title: 'Now', align: 'end', cell: (family) => sizeWords(before[family]) },
        { key: 'then', title: 'With it', align: 'end', cell: (family) => sizeWords(after[family]) },
        { key: 'change', title: 'Change', cell: (family) => changeWords(before[family], after[family]) },
      ]}
    />
  );
}

type Size = Reply['allows']['before']['ipv4'];

function sizeWords({ bits }: Size): string {
  return bits === undefined ? 'nothing' : `2^${bits.toFixed(1)} requests`;
}

function changeWords(before: Size, after: Size): string {
  if (before.requests === after.requests) return 'the same';
  if (before.bits === undefined) return 'from nothing';
  if (after.bits === undefined) return 'to nothing';
  const bits = after.bits - before.bits;
  return `${(2 ** Math.abs(bits)).toPrecision(3)} times ${bits > 0 ? 'more' : 'less'}`;
}
