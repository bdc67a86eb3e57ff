/** One control: the rule of its status, what is claimed for it and by whom, what was found, and the rows that say so. */
import { Drawer } from '@mantine/core';
import type { ReactElement } from 'react';
import type { Control, ControlClaim, ControlNeed } from '../../../api/contract/compliance/compliance.ts';
import { useRead } from '../../api/queries.ts';
import { Link } from '../../app/link.tsx';
import { Facts } from '../../look/facts.tsx';
import { Failure, Loading } from '../../look/told.tsx';
import { When } from '../../look/when.tsx';
import { shortControl } from './controls.tsx';
import { ClaimLink, EvidenceLink } from './evidence-link.tsx';
import { ControlState, NeedState } from './status.tsx';
import css from './compliance.module.css';

type DrawerProps = { readonly control: string | undefined; readonly onClose: () => void };

export function ControlDrawer({ control, onClose }: DrawerProps): ReactElement {
  const title = control === undefined ? '' : shortControl(control);
  return (
    <Drawer opened={control !== undefined} onClose={onClose} title={title} size="lg" closeButtonProps={{ 'aria-label': 'Close' }}>
      {control === undefined ? null : <Loaded control={control} />}
    </Drawer>
  );
}

function Loaded({ control }: { readonly control: string }): ReactElement {
  const { data, error, refetch } = useRead('compliance.control', { params: { control } });
  if (data === undefined) return error === null ? <Loading /> : <Failure error={error} onRetry={() => void refetch()} />;
  return <Told control={data} />;
}

function Told({ control }: { readonly control: Control }): ReactElement {
  const { title, framework, status, rule, via, planned, claims } = control;
  return (
    <div className={css['told']}>
      <Facts
        of={[
          ['status', <ControlState key="status" status={status} />],
          ['which means', rule],
          ['title', title === '' ? undefined : title],
          ['framework', framework],
          ['seen through', via.length === 0 ? undefined : <Refs key="via" of={via} />],
          ['planned by', planned.length === 0 ? undefined : <Planned key="planned" of={planned} />],
        ]}
      />
      {claims.length === 0 ? (
        <p className={css['quiet']}>
          Nothing is claimed for it: no policy in force and no playbook cites it, and no part of Edict bears on it.
        </p>
      ) : (
        claims.map((claim) => <Claim key={`${claim.kind} ${claim.id}`} claim={claim} />)
      )}
    </div>
  );
}

function Refs({ of }: { readonly of: readonly string[] }): ReactElement {
  return (
    <ul className={css['inline']}>
      {of.map((control) => (
        <li key={control}>
          <Link to="/compliance" search={{ control }}>
            {shortControl(control)}
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** They cite it and were never in force. */
function Planned({ of }: { readonly of: readonly string[] }): ReactElement {
  return (
    <ul className={css['inline']}>
      {of.map((policy) => (
        <li key={policy}>
          <ClaimLink kind="policy" id={policy} />
        </li>
      ))}
    </ul>
  );
}

const kinds: Readonly<Record<ControlClaim['kind'], string>> = { policy: 'Policy', playbook: 'Playbook', mechanism: 'Edict' };

function Claim({ claim: { kind, id, title, needs } }: { readonly claim: ControlClaim }): ReactElement {
  return (
    <section className={css['claim']} aria-label={`${kinds[kind]} ${id}`}>
      <h3 className={css['claim-title']}>
        <span className={css['quiet']}>{kinds[kind]}</span>
        <ClaimLink kind={kind} id={id} />
        <span>{title}</span>
      </h3>
      <ul className={css['needs']}>
        {needs.map((need) => (
          <Need key={need.text} need={need} />
        ))}
      </ul>
    </section>
  );
}

function Need({ need: { text, state, found, evidence, rows } }: { readonly need: ControlNeed }): ReactElement {
  return (
    <li className={css['need']}>
      <NeedState state={state} />
      <div>
        <p className={css['text']}>{text}</p>
        <p className={css['quiet']}>{found}</p>
        {evidence.length === 0 ? null : (
          <ul className={css['evidence']} aria-label="Evidence">
            {evidence.map((link) => (
              <li key={`${link.kind} ${link.id} ${link.at ?? ''}`}>
                <EvidenceLink link={link} /> {link.at === undefined ? null : <When at={link.at} as="distance" />}
              </li>
            ))}
            {rows > evidence.length ? <li className={css['quiet']}>and {rows - evidence.length} more</li> : null}
          </ul>
        )}
      </div>
    </li>
  );
}
