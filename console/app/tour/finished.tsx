/** The end of the tour: what was closed, in figures, and what comes after it. */
import { Button } from '@mantine/core';
import type { ReactElement } from 'react';
import { useMay } from '../../api/session.tsx';
import { useGo } from '../url.ts';
import { Raise } from './act-part.tsx';
import type { Facts } from './steps.ts';
import css from './tour.module.css';

export function Finished({ facts: { policy, incident, chain } }: { readonly facts: Facts }): ReactElement {
  const may = useMay();
  const go = useGo();
  return (
    <>
      <div className={css['words']}>
        <p className={css['title']} role="status">
          That was the whole loop
        </p>
        <p className={css['about']}>
          {`${policy?.name ?? 'A policy'} is in force, the incident is closed, and ${chain?.rows ?? 'all'} rows of the record hold. Now your own: load your inventory, add your enforcement points.`}
        </p>
      </div>
      <div className={css['act']}>
        {may('signals.send') ? <Raise key={incident?.id} label="Raise it once more" /> : null}
        {may('points.put') ? (
          <Button variant="default" onClick={() => go('/points')}>
            Enforcement points
          </Button>
        ) : null}
      </div>
    </>
  );
}
