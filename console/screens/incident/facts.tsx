/** What is known: the incident's own facts, who and what it is about, and its times. */
import type { ReactElement } from 'react';
import type { IncidentDetail } from '../../../api/contract/incidents.ts';
import { defang } from '../../../domain/incident/defang.ts';
import { Link } from '../../app/link.tsx';
import { CopyMenu } from '../../look/copy.tsx';
import { Facts as KnownFacts } from '../../look/facts.tsx';
import { Severity } from '../../look/severity.tsx';
import { State } from '../../look/state.tsx';
import { lengthOf } from '../../look/time.ts';
import { When } from '../../look/when.tsx';
import { Confidence, Due } from '../incidents/columns.tsx';
import css from './incident.module.css';

export function Facts({ detail }: { readonly detail: IncidentDetail }): ReactElement {
  return (
    <aside className={css['facts']} aria-label="Facts">
      <KnownFacts
        of={[
          ['Severity', <Severity key="severity" value={detail.severity} />],
          ['State', <State key="state" value={detail.status} />],
          ['Confidence', <Confidence key="confidence" value={detail.confidence} />],
          ['Contain within', <Due key="due" row={detail} />],
          ['Assignee', detail.assignee ?? 'nobody'],
          ['Opened', <When key="opened" at={detail.openedAt} />],
          ['Signals', `${detail.signalCount} (${detail.kinds.join(', ')})`],
          ['Key', <code key="key">{detail.key}</code>],
        ]}
      />
      <Entities detail={detail} />
      <Times detail={detail} />
    </aside>
  );
}

function Entities({ detail }: { readonly detail: IncidentDetail }): ReactElement {
  return (
    <section aria-label="Who and what">
      <h2 className={css['part-title']}>Who and what</h2>
      <ul className={css['entities']}>
        {detail.entities.map((entity) => (
          <li key={`${entity.kind} ${entity.value}`}>
            <div className={css['entity']}>
              <Link to="/incidents" search={{ text: entity.value, status: 'live' }} className={css['entity-name']} title={entity.value}>
                {entity.value}
              </Link>
              <span className={css['quiet']}>
                {entity.kind}
                {entity.sides.length === 0 ? '' : `, ${entity.sides.join(' and ')}`}
              </span>
            </div>
            {entity.asset === undefined ? (
              <span className={css['quiet']}>not in the inventory</span>
            ) : (
              <span className={css['quiet']}>
                {[entity.asset.name, entity.asset.zone, entity.asset.owner].filter((one) => one !== undefined && one !== '').join(' · ')}
                {entity.asset.criticality === 'critical' ? <strong> · critical asset</strong> : null}
              </span>
            )}
            <CopyMenu
              label={`Copy ${entity.value}`}
              forms={{
                defanged: defang(entity.value),
                text: entity.value,
                json: JSON.stringify(entity),
                cli: `edict incident list --json # ${entity.value}`,
              }}
            />
          </li>
        ))}
      </ul>
      {detail.entities.length === 0 ? <p className={css['quiet']}>The signals name nobody and nothing.</p> : null}
    </section>
  );
}

const times = [
  ['detectMs', 'Detect'],
  ['decideMs', 'Decide'],
  ['containMs', 'Contain'],
  ['recoverMs', 'Recover'],
] as const;

function Times({ detail }: { readonly detail: IncidentDetail }): ReactElement {
  return (
    <section aria-label="Times">
      <h2 className={css['part-title']}>Times</h2>
      <KnownFacts
        of={times.map(([name, title]) => [
          title,
          detail.metrics[name] === undefined ? (
            <span key={name} className={css['quiet']}>
              not yet
            </span>
          ) : (
            lengthOf(detail.metrics[name])
          ),
        ])}
      />
    </section>
  );
}
