/** Where a version of a policy goes live: what it decides otherwise than the one in force, request by request, before the rules that changed. */
import type { ReactElement } from 'react';
import type { Approval } from '../../../api/contract/approvals.ts';
import type { PolicyDiff } from '../../../api/contract/policies.ts';
import { useRead } from '../../api/queries.ts';
import { Link } from '../../app/link.tsx';
import { Section } from '../../look/page.tsx';
import { Failure, Loading } from '../../look/told.tsx';
import { State } from '../../look/state.tsx';
import css from './approval.module.css';

type Version = { readonly policy: string; readonly version: number };

export function Change({ approval }: { readonly approval: Approval }): ReactElement | null {
  const asked = approval.plan.effects.map(({ params }) => versionIn(params)).find((found) => found !== undefined);
  return asked === undefined ? null : <PolicyChange {...asked} />;
}

function versionIn(params: Approval['facts']): Version | undefined {
  const { policy, version } = params;
  return typeof policy === 'string' && typeof version === 'number' ? { policy, version } : undefined;
}

function PolicyChange({ policy, version }: Version): ReactElement {
  const { data, error } = useRead('policies.get', { params: { policy } });
  const from = data?.enforced;
  const known = from !== undefined && from !== version;
  const diff = useRead('policies.diff', { params: { policy }, query: { from: from ?? 1, to: version } }, { enabled: known });
  const fault = error ?? diff.error;
  return (
    <Section title="Before and after" aside={<Link to={`/policies/${policy}`}>policy {policy}</Link>}>
      {fault === null ? null : <Failure error={fault} inline />}
      {data === undefined ? (
        <Loading lines={2} />
      ) : known ? (
        diff.data === undefined ? (
          diff.error === null ? (
            <Loading lines={2} />
          ) : null
        ) : (
          <Differences diff={diff.data} />
        )
      ) : (
        <p className={css['quiet']}>
          {from === version
            ? `Version ${version} is in force already.`
            : `Nothing of ${policy} is in force: version ${version} would be its first.`}
        </p>
      )}
    </Section>
  );
}

const changesShown = 12;

function Differences({ diff: { equal, changes, rules } }: { readonly diff: PolicyDiff }): ReactElement {
  if (equal && rules.length === 0) return <p className={css['quiet']}>It decides every request as the version in force does.</p>;
  return (
    <div className={css['change']}>
      {changes.length === 0 ? (
        <p className={css['quiet']}>It decides every request as the version in force does; its rules are written otherwise.</p>
      ) : (
        <ul className={css['rows']}>
          {changes.slice(0, changesShown).map(({ text, from, to }) => (
            <li key={text} className={css['witness']}>
              <span className={css['verdicts']}>
                <Decided of={from} /> <span aria-label="becomes">→</span> <Decided of={to} />
              </span>
              <span>{text}</span>
            </li>
          ))}
        </ul>
      )}
      {changes.length > changesShown ? <p className={css['quiet']}>and {changes.length - changesShown} more</p> : null}
      <ul className={css['rules']} aria-label="Rules">
        {rules.map(({ rule, change }) => (
          <li key={rule}>
            <code>{rule}</code> {change}
          </li>
        ))}
      </ul>
    </div>
  );
}

type Decision = PolicyDiff['changes'][number]['from'];

function Decided({ of }: { readonly of: Decision }): ReactElement {
  return <State value={of} tone={of === 'allow' ? 'good' : of === 'deny' ? 'bad' : 'still'} />;
}
