/** Where the policy should be in force and where it is, point by point, and the runs that brought it there. */
import type { ReactElement } from 'react';
import type { Point } from '../../../api/contract/points.ts';
import type { PolicyDetail } from '../../../api/contract/policies.ts';
import { useRead } from '../../api/queries.ts';
import { Link } from '../../app/link.tsx';
import { Section } from '../../look/page.tsx';
import { State } from '../../look/state.tsx';
import { Empty, Failure, Loading } from '../../look/told.tsx';
import { When } from '../../look/when.tsx';
import { RunState } from '../run/progress.tsx';
import css from './policy.module.css';

const lookMs = 5000;

export function Rollout({ policy }: { readonly policy: PolicyDetail }): ReactElement {
  return (
    <div className={css['stack']}>
      <Points policy={policy} />
      <Runs policy={policy.policy} />
    </div>
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
          <table className={css['rules']}>
            <thead>
              <tr>
                <th scope="col">Point</th>
                <th scope="col">Target</th>
                <th scope="col">Version</th>
                <th scope="col">Observed</th>
                <th scope="col">Seen</th>
              </tr>
            </thead>
            <tbody>
              {held.map(({ point, version }) => (
                <PointRow key={point.name} point={point} version={version} />
              ))}
            </tbody>
          </table>
        </>
      )}
    </Section>
  );
}

function PointRow({ point, version }: { readonly point: Point; readonly version: number }): ReactElement {
  return (
    <tr>
      <td>
        <Link to={`/points?point=${encodeURIComponent(point.name)}`}>{point.name}</Link>
      </td>
      <td>{point.target}</td>
      <td>v{version}</td>
      <td>
        <State value={point.health} tone={point.health === 'in-force' ? 'good' : point.health === 'unknown' ? 'waiting' : 'bad'} />
      </td>
      <td>
        <When at={point.updatedAt} as="distance" />
      </td>
    </tr>
  );
}

function Runs({ policy }: { readonly policy: string }): ReactElement {
  const { data, error } = useRead('runs.list', { query: { policy, limit: 20 } }, { everyMs: lookMs });
  if (data === undefined) return error === null ? <Loading /> : <Failure error={error} />;
  return (
    <Section title="Runs of its stages" aside={<Link to={`/runs?policy=${encodeURIComponent(policy)}`}>all of them</Link>} flush>
      <table className={css['rules']}>
        <thead>
          <tr>
            <th scope="col">State</th>
            <th scope="col">Stage</th>
            <th scope="col">Asked by</th>
            <th scope="col">When</th>
          </tr>
        </thead>
        <tbody>
          {data.items.map((run) => (
            <tr key={run.run}>
              <td>
                <RunState detail={{ ...run, view: undefined }} />
              </td>
              <td>
                <Link to={`/runs/${run.run}`}>{run.playbook}</Link>
              </td>
              <td>{run.requester}</td>
              <td>
                <When at={run.orderedAt} as="distance" />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}
