/** One point: wanted beside observed, who is isolated there, and the way to its history. */
import { Drawer } from '@mantine/core';
import type { ReactElement } from 'react';
import type { Point } from '../../../api/contract/points.ts';
import { Link } from '../../app/link.tsx';
import { Digest } from '../../look/digest.tsx';
import { Facts } from '../../look/facts.tsx';
import { Json } from '../../look/json.tsx';
import { When } from '../../look/when.tsx';
import { Health } from './health.tsx';
import css from './points.module.css';

type DrawerProps = { readonly point: Point | undefined; readonly onClose: () => void };

export function PointDrawer({ point, onClose }: DrawerProps): ReactElement {
  return (
    <Drawer opened={point !== undefined} onClose={onClose} title={point?.name ?? ''} closeButtonProps={{ 'aria-label': 'Close' }}>
      {point === undefined ? null : <Told point={point} />}
    </Drawer>
  );
}

function Told({ point: { name, kind, target, health, desired, observed, updatedAt } }: { readonly point: Point }): ReactElement {
  return (
    <div className={css['told']}>
      <Facts
        of={[
          ['health', <Health key="health" health={health} />],
          ['kind', `${kind}, takes ${target}`],
          ['changed', <When key="changed" at={updatedAt} />],
          ['should hold', <Wanted key="wanted" desired={desired} />],
          ['artifact', desired.artifact === undefined ? 'none' : <Digest key="artifact" value={desired.artifact} length={24} />],
          ['isolated', desired.isolations.length === 0 ? 'nobody' : `${desired.isolations.length} hosts`],
          [
            'history',
            <Link key="history" to="/audit" search={{ subject: `point/${name}` }}>
              in the audit chain
            </Link>,
          ],
        ]}
      />
      {desired.isolations.length === 0 ? null : <Json value={desired.isolations} label="Isolated hosts" />}
      <h3 className={css['title']}>What it said of itself</h3>
      {observed === undefined ? <p className={css['quiet']}>It has not been reached yet.</p> : <Json value={observed} label="Observed" />}
    </div>
  );
}

function Wanted({ desired: { policyVersions } }: Pick<Point, 'desired'>): ReactElement {
  if (policyVersions.length === 0) return <>nothing</>;
  return (
    <ul className={css['policies']}>
      {policyVersions.map(({ policy, version }) => (
        <li key={policy}>
          <Link to={`/policies/${policy}`}>{policy}</Link> v{version}
        </li>
      ))}
    </ul>
  );
}
