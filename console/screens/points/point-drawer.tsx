/** One point: wanted beside observed, its last probe, what may be asked of it, and the way to its history. */
import { Button, Drawer } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement } from 'react';
import type { Point } from '../../../api/contract/points.ts';
import { useSend } from '../../api/queries.ts';
import { useMay } from '../../api/session.tsx';
import { Link } from '../../app/link.tsx';
import { notify } from '../../app/notices.tsx';
import { Confirm } from '../../look/confirm.tsx';
import { CopyObject } from '../../look/copy.tsx';
import { Digest } from '../../look/digest.tsx';
import { Facts } from '../../look/facts.tsx';
import { Json } from '../../look/json.tsx';
import { When } from '../../look/when.tsx';
import { DryRun } from './dry-run.tsx';
import { Health } from './health.tsx';
import { Permissions } from './permissions.tsx';
import { LastProbe } from './probe.tsx';
import { TestPoint } from './test-point.tsx';
import css from './points.module.css';

type DrawerProps = { readonly point: Point | undefined; readonly onClose: () => void };

export function PointDrawer({ point, onClose }: DrawerProps): ReactElement {
  return (
    <Drawer opened={point !== undefined} onClose={onClose} title={point?.name ?? ''} size="lg" closeButtonProps={{ 'aria-label': 'Close' }}>
      {point === undefined ? null : <Told key={point.name} point={point} onGone={onClose} />}
    </Drawer>
  );
}

function Told({ point, onGone }: { readonly point: Point; readonly onGone: () => void }): ReactElement {
  const { name, desired, observed } = point;
  const may = useMay();
  return (
    <div className={css['told']}>
      <Known point={point} />
      {may('points.test') ? <TestPoint point={point} /> : null}
      {may('points.dry-run') ? <DryRun name={name} /> : null}
      <Permissions name={name} permissions={point.permissions} />
      {desired.isolations.length === 0 ? null : <Json value={desired.isolations} label="Isolated hosts" />}
      <h3 className={css['title']}>What it said of itself</h3>
      <CopyObject label="Copy this point" object={point} path={`/v1/points/${name}`} cli={`edict points show ${name}`} />
      {observed === undefined ? <p className={css['quiet']}>It has not been reached yet.</p> : <Json value={observed} label="Observed" />}
      {may('points.remove') ? <Remove point={point} onGone={onGone} /> : null}
    </div>
  );
}

function Known({ point }: { readonly point: Point }): ReactElement {
  const { name, kind, target, health, desired, drift, lastProbe, updatedAt } = point;
  return (
    <Facts
      of={[
        ['health', <Health key="health" health={health} />],
        ['drift', drift.length === 0 ? undefined : <List key="drift" of={drift} />],
        ['kind', `${kind}, takes ${target}`],
        ['wanted', <Wanted key="wanted" desired={desired} />],
        ['observed', <Seen key="observed" point={point} />],
        ['isolated', desired.isolations.length === 0 ? 'nobody' : `${desired.isolations.length} hosts`],
        ['last probe', <LastProbe key="probe" probe={lastProbe} />],
        ['seen', <When key="seen" at={updatedAt} />],
        [
          'history',
          <Link key="history" to="/audit" search={{ subject: `point/${name}` }}>
            in the audit chain
          </Link>,
        ],
      ]}
    />
  );
}

function Wanted({ desired: { policyVersions, artifact } }: Pick<Point, 'desired'>): ReactElement {
  if (policyVersions.length === 0 && artifact === undefined) return <>nothing</>;
  return (
    <>
      <ul className={css['policies']}>
        {policyVersions.map(({ policy, version }) => (
          <li key={policy}>
            <Link to={`/policies/${policy}`}>{policy}</Link> v{version}
          </li>
        ))}
      </ul>
      {artifact === undefined ? null : <Digest value={artifact} length={24} />}
    </>
  );
}

/** The version that the point itself says it holds. */
function Seen({ point: { desired, observed, health } }: { readonly point: Point }): ReactElement {
  const reason = typeof observed?.['reason'] === 'string' ? observed['reason'] : 'no answer';
  if (health === 'unreachable') return <>it cannot be asked: {reason}</>;
  if (observed === undefined) return <>not seen yet</>;
  const digest = observed['artifactDigest'];
  if (typeof digest !== 'string') return <>nothing</>;
  return digest === desired.artifact ? (
    <>the same, {observed['intact'] === true ? 'whole' : 'changed by somebody'}</>
  ) : (
    <Digest value={digest} length={24} />
  );
}

function List({ of }: { readonly of: readonly string[] }): ReactElement {
  return (
    <ul className={css['policies']}>
      {of.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}

function Remove({ point: { name, desired }, onGone }: { readonly point: Point; readonly onGone: () => void }): ReactElement {
  const [asked, setAsked] = useState(false);
  const send = useSend('points.remove', {
    stale: ['points.list'],
    onDone: () => {
      notify(`${name} is looked at no more.`);
      onGone();
    },
  });
  const held = desired.artifact !== undefined || desired.isolations.length > 0;
  return (
    <div className={css['end']}>
      <Button variant="default" size="compact-sm" onClick={() => setAsked(true)}>
        Forget this point…
      </Button>
      <Confirm
        title={`Forget ${name}`}
        verb="Forget it"
        danger
        opened={asked}
        busy={send.isPending}
        error={send.error}
        onClose={() => setAsked(false)}
        onConfirm={() => send.mutate({ params: { name } })}
      >
        <p>
          {held
            ? 'Something should be in force there, so it will not be forgotten: retire the policies and end the isolations first.'
            : 'It is looked at no more, and nothing goes there any more. Nothing is changed at the point itself.'}
        </p>
      </Confirm>
    </div>
  );
}
