/** The overview where nothing is open: what would stand here, and the tour that makes it so. */
import { Button } from '@mantine/core';
import type { ReactElement } from 'react';
import { startTour, useTour } from '../../app/tour/memory.ts';
import css from './overview.module.css';

export function FirstSteps(): ReactElement {
  const { shown } = useTour();
  return (
    <div className={css['first']}>
      <p>
        <strong>Nothing is open.</strong> A signal opens an incident; a playbook answers it, and asks before it changes anything. What is
        due first stands here, with its clock.
      </p>
      {shown ? (
        <p>
          The tour below goes once around: a policy from a sentence to what is in force, and an incident from alarm to closed. Five minutes,
          two people, nothing real is touched.
        </p>
      ) : (
        <Button variant="default" onClick={startTour} className={css['begin'] ?? ''}>
          Take the five-minute tour
        </Button>
      )}
    </div>
  );
}
