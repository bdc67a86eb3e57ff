/** The versions of a playbook: what is different between two of them in meaning, above how their texts differ. */
import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactElement } from 'react';
import type { Playbook } from '../../../api/contract/playbooks.ts';
import { useRead } from '../../api/queries.ts';
import { partOf } from '../../app/part.tsx';
import { loadPart } from '../../app/parts.ts';
import { State } from '../../look/state.tsx';
import { Empty, Failure, Loading } from '../../look/told.tsx';
import { localTime } from '../../look/time.ts';
import { usePlan } from './use-plan.ts';
import css from './playbook.module.css';

const TextDiff = partOf(() => import('./text-diff.tsx'), 'TextDiff');

export function Versions({ playbook }: { readonly playbook: Playbook }): ReactElement {
  const name = playbook.playbook;
  const { data, error, refetch } = useRead('playbooks.versions', { params: { name } });
  const [from, setFrom] = useState<string>();
  const [to, setTo] = useState<string>();
  if (data === undefined) return error === null ? <Loading /> : <Failure error={error} onRetry={() => void refetch()} />;
  const choices = data.items.map(({ version, publishedAt }) => ({
    value: version,
    label: `${version} · ${localTime(Date.parse(publishedAt))}`,
  }));
  const right = to ?? playbook.version;
  const left = from ?? data.items.find(({ version }) => version !== right)?.version;
  if (left === undefined) {
    return (
      <Empty title="There is one version">
        <p>
          {name} {right} is the first. A version never changes: what is changed is published as the next one, and stands here beside it.
        </p>
      </Empty>
    );
  }
  return (
    <div className={css['versions']}>
      <div className={css['pair']}>
        <Select label="From" data={choices} value={left} onChange={(value) => setFrom(value ?? undefined)} allowDeselect={false} />
        <Select label="To" data={choices} value={right} onChange={(value) => setTo(value ?? undefined)} allowDeselect={false} />
      </div>
      <Meaning name={name} from={left} to={right} />
      <Texts name={name} from={left} to={right} />
    </div>
  );
}

type Pair = { readonly name: string; readonly from: string; readonly to: string };

function Meaning({ name, from, to }: Pair): ReactElement {
  const [before, after] = [usePlan(name, from), usePlan(name, to)];
  const { data: compiler } = useQuery({
    queryKey: ['compiler'],
    queryFn: () => loadPart(() => import('./compiler.ts')),
    staleTime: Infinity,
  });
  if (before.data === undefined || after.data === undefined || compiler === undefined) return <Loading lines={2} />;
  const differences = compiler.planDifferences(before.data, after.data);
  return (
    <ul className={css['differences']} aria-label="What is different">
      {differences.length === 0 ? <li className={css['quiet']}>Nothing is different in meaning.</li> : null}
      {differences.map(({ change, what }) => (
        <li key={`${change} ${what}`}>
          <State value={change} tone={changeTones[change]} /> {what}
        </li>
      ))}
    </ul>
  );
}

const changeTones = { added: 'good', removed: 'bad', changed: 'warn' } as const;

function Texts({ name, from, to }: Pair): ReactElement {
  const before = useRead('playbooks.get', { params: { name }, query: { version: from } });
  const after = useRead('playbooks.get', { params: { name }, query: { version: to } });
  if (before.data === undefined || after.data === undefined) return <Loading />;
  return <TextDiff before={before.data.source} after={after.data.source} label={`${name} ${from} and ${to}`} />;
}
