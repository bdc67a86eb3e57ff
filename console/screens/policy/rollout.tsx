/** Where the policy should be in force and where it is, point by point, and the runs that brought it there. */
import type { ReactElement } from 'react';
import type { Point } from '../../../api/contract/points.ts';
import type { PolicyDetail } from '../../../api/contract/policies.ts';
import type { RunSummary } from '../../../api/contract/runs.ts';
import { useRead } from '../../api/queries.ts';
import { Link } from '../../app/link.tsx';
import { Section, Stack } from '../../look/page.tsx';
import { PlainTable, type PlainColumn } from '../../look/plain-table.tsx';
import { State } from '../../look/state.tsx';
import { Empty, Failure, Loading } from '../../look/told.tsx';
import { When } from '../../look/when.tsx';
import { RunState } from '../run/progress.tsx';
import css from './policy.module.css';

const lookMs = 5000;

export function Rollout({ policy }: { readonly policy: PolicyDetail }): ReactElement {
  return (
    <Stack>
      <Points policy={policy} />
      <Runs policy={policy.policy} />
    </Stack>
  );
}

function Points({ policy }: { readonly policy: PolicyDetail }): ReactElement {
  const { data, error } = useRead('points.list', {}, { everyMs: lookMs });
  if (data === undefined) return error === null ? <Loading /> : <Failure error={error} />;
  const held = data.items.flatMap((point) => {
    const version = point.desired.policyVersions.find((one) => one.policy === policy.policy)?.version;
    return version === undefined ? [] : [{ point, version }];
  });
  const done = held.filter(({ point }) => point.health === 'in-force').length;
  return (
    <Section title="Enforcement points" aside={held.length === 0 ? null : `${done} of ${held.length} in force`} flush>
      {held.length === 0 ? (
        <Empty title="It is in force nowhere yet">
          It goes to the points whose language can say its rules, once managers have approved it.
        </Empty>
      ) : (
        <>
          <progress className={css['progress']} value={done} max={held.length} aria-label="Points at which it is in force" />
          <PlainTable label="Points that should hold it" rows={held} rowId={({ point }) => point.name} columns={pointColumns} />
        </>
      )}
    </Section>
  );
}

type Held = { readonly point: Point; readonly version: number };

const pointColumns: readonly PlainColumn<Held>[] = [
  {
    key: 'point',
    title: 'Point',
    weight: 'strong',
    cell: ({ point: { name } }) => <Link to={`/points?point=${encodeURIComponent(name)}`}>{name}</Link>,
  },
  { key: 'target', title: 'Target', cell: ({ point }) => point.target },
  { key: 'version', title: 'Version', cell: ({ version }) => `v${version}` },
  {
    key: 'observed',
    title: 'Observed',
    cell: ({ point: { health } }) => (
      <State value={health} tone={health === 'in-force' ? 'good' : health === 'unknown' ? 'waiting' : 'bad'} />
    ),
  },
  { key: 'seen', title: 'Seen', cell: ({ point }) => <When at={point.updatedAt} as="distance" /> },
];

function Runs({ policy }: { readonly policy: string }): ReactElement {
  const { data, error } = useRead('runs.list', { query: { policy, limit: 20 } }, { everyMs: lookMs });
  if (data === undefined) return error === null ? <Loading /> : <Failure error={error} />;
  return (
    <Section title="Runs of its stages" aside={<Link to={`/runs?policy=${encodeURIComponent(policy)}`}>all of them</Link>} flush>
      {data.items.length === 0 ? (
        <Empty title="No stage has run for it yet">A draft, a review, a rollout or a watch of it is a run, and stands here.</Empty>
      ) : (
        <PlainTable label="Runs of its stages" rows={data.items} rowId={({ run }) => run} columns={runColumns} />
      )}
    </Section>
  );
}

const runColumns: readonly PlainColumn<RunSummary>[] = [
  { key: 'state', title: 'State', cell: (run) => <RunState detail={{ ...run, view: undefined }} /> },
  { key: 'stage', title: 'Stage', weight: 'strong', cell: ({ run, playbook }) => <Link to={`/runs/${run}`}>{playbook}</Link> },
  { key: 'by', title: 'Asked by', cell: ({ requester }) => requester },
  { key: 'when', title: 'When', cell: ({ orderedAt }) => <When at={orderedAt} as="distance" /> },
];
