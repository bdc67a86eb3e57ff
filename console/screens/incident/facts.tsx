/** What is known: the incident's own facts, who and what it is about, and its times. */
import type { ReactElement, ReactNode } from 'react';
import type { IncidentDetail } from '../../../api/contract/incidents.ts';
import { defang } from '../../../domain/incident/defang.ts';
import { Link } from '../../app/link.tsx';
import { CopyMenu } from '../../look/copy.tsx';
import { Severity } from '../../look/severity.tsx';
import { State } from '../../look/state.tsx';
import { lengthOf } from '../../look/time.ts';
import { When } from '../../look/when.tsx';
import { Confidence, Due } from '../incidents/columns.tsx';
import css from './incident.module.css';

export function Facts({ detail }: { readonly detail: IncidentDetail }): ReactElement {
  return (
    <aside className={css['facts']} aria-label="Facts">
      <dl className={css['rows']}>
        <Row name="Severity">
          <Severity value={detail.severity} />
        </Row>
        <Row name="State">
          <State value={detail.status} />
        </Row>
        <Row name="Confidence">
          <Confidence value={detail.confidence} />
        </Row>
        <Row name="Contain within">
          <Due row={detail} />
        </Row>
        <Row name="Assignee">{detail.assignee ?? 'nobody'}</Row>
        <Row name="Opened">
          <When at={detail.openedAt} />
        </Row>
        <Row name="Signals">
          {detail.signalCount} ({detail.kinds.join(', ')})
        </Row>
        <Row name="Key">
          <code>{detail.key}</code>
        </Row>
      </dl>
      <Entities detail={detail} />
      <Times detail={detail} />
    </aside>
  );
}

function Row({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactElement {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
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
      <dl className={css['rows']}>
        {times.map(([name, title]) => (
          <Row key={name} name={title}>
            {detail.metrics[name] === undefined ? <span className={css['quiet']}>not yet</span> : lengthOf(detail.metrics[name])}
          </Row>
        ))}
      </dl>
    </section>
  );
}
