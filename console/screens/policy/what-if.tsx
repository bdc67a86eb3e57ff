/** What a version would do to what was recorded: who would be cut off, who let in, and how much more or less is allowed in all. */
import type { ReactElement } from 'react';
import type { PolicyVersion } from '../../../api/contract/policies.ts';
import type { ReplyOf } from '../../../api/contract/route.ts';
import type { Routes } from '../../../api/contract/routes.ts';
import { useRead } from '../../api/queries.ts';
import { Section } from '../../look/page.tsx';
import { State } from '../../look/state.tsx';
import { Failure, Loading } from '../../look/told.tsx';
import css from './policy.module.css';

type Reply = ReplyOf<Routes['policies.what-if']>;
type Side = Reply['wouldBlock'];

export function WhatIf({ version: { policy, version } }: { readonly version: PolicyVersion }): ReactElement {
  const { data, error, refetch } = useRead('policies.what-if', { params: { policy, version }, query: {} });
  if (data === undefined) return error === null ? <Loading /> : <Failure error={error} onRetry={() => void refetch()} />;
  return (
    <div className={css['stack']}>
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
    </div>
  );
}

type CutProps = { readonly side: Side; readonly none: string; readonly tone: 'bad' | 'warn' };

function Cut({ side: { connections, hosts, examples }, none, tone }: CutProps): ReactElement {
  if (connections === 0) return <State value="none" tone="good" label={none} />;
  return (
    <>
      <p className={css['facts']}>
        <State value="some" tone={tone} label={`${connections.toLocaleString()} connections`} />
        <span>
          {hosts.length} {hosts.length === 1 ? 'host' : 'hosts'}: {hosts.slice(0, 12).join(', ')}
          {hosts.length > 12 ? ` and ${hosts.length - 12} more` : ''}
        </span>
      </p>
      <table className={css['rules']}>
        <thead>
          <tr>
            <th scope="col">Times</th>
            <th scope="col">Connection</th>
            <th scope="col">Now → then</th>
            <th scope="col">Criticality</th>
            <th scope="col">By</th>
          </tr>
        </thead>
        <tbody>
          {examples.map(({ text, count, before, after, criticality, determining }) => (
            <tr key={text}>
              <td className={css['figure']}>{count.toLocaleString()}</td>
              <td>{text}</td>
              <td>
                {before} → {after}
              </td>
              <td>{criticality ?? ''}</td>
              <td className={css['quiet']}>{determining.join(', ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Sizes({ sizes: { before, after } }: { readonly sizes: Reply['allows'] }): ReactElement {
  return (
    <table className={css['rules']}>
      <thead>
        <tr>
          <th scope="col">Family</th>
          <th scope="col" className={css['figure']}>
            Now
          </th>
          <th scope="col" className={css['figure']}>
            With it
          </th>
          <th scope="col">Change</th>
        </tr>
      </thead>
      <tbody>
        {(['ipv4', 'ipv6'] as const).map((family) => (
          <tr key={family}>
            <td>{family === 'ipv4' ? 'IPv4' : 'IPv6'}</td>
            <td className={css['figure']}>{sizeWords(before[family])}</td>
            <td className={css['figure']}>{sizeWords(after[family])}</td>
            <td>{changeWords(before[family], after[family])}</td>
          </tr>
        ))}
      </tbody>
    </table>
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
