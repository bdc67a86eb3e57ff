/** How a version would have decided on runs that were recorded. Nothing is done. */
import { Button, NumberInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement } from 'react';
import type { Playbook } from '../../../api/contract/playbooks.ts';
import type { SimulatedComparison, SimulatedCourse, SimulationReply } from '../../../api/contract/simulations.ts';
import { useSend } from '../../api/queries.ts';
import { Link } from '../../app/link.tsx';
import { State } from '../../look/state.tsx';
import { Empty, Failure } from '../../look/told.tsx';
import { When } from '../../look/when.tsx';
import css from './playbook.module.css';

type SimulationProps = {
  readonly playbook: Pick<Playbook, 'playbook' | 'version'>;
  /** A text that is not published. */ readonly source?: string;
};

export function Simulation({ playbook, source }: SimulationProps): ReactElement {
  const [incident, setIncident] = useState('');
  const [last, setLast] = useState(20);
  const { mutate, data, isPending, error } = useSend('playbooks.simulate');
  const ask = () =>
    mutate({
      body: {
        ...(source === undefined ? { playbook: playbook.playbook, version: playbook.version } : { source }),
        ...(incident.trim() === '' ? {} : { incident: incident.trim() }),
        last,
      },
    });
  return (
    <div className={css['simulation']}>
      <form
        className={css['pair']}
        onSubmit={(event) => {
          event.preventDefault();
          ask();
        }}
      >
        <TextInput
          label="Of one incident"
          placeholder="any"
          value={incident}
          onChange={(event) => setIncident(event.currentTarget.value)}
          autoComplete="off"
        />
        <NumberInput
          size="xs"
          label="Newest runs, at most"
          min={1}
          max={100}
          value={last}
          onChange={(value) => setLast(Number(value) || 20)}
        />
        <Button type="submit" loading={isPending}>
          Try it on them
        </Button>
      </form>
      {error === null ? null : <Failure error={error} inline />}
      {data === undefined ? (
        <Empty title="As it would have been">
          <p>
            {source === undefined ? `Version ${playbook.version}` : 'The text as it stands'} goes through recorded runs in memory: what they
            were given and what was answered to them then. You see where it would have decided otherwise. Nothing is done.
          </p>
        </Empty>
      ) : (
        <Compared reply={data} />
      )}
    </div>
  );
}

function Compared({
  reply: { runs, same, different, undecided, comparisons, skipped },
}: {
  readonly reply: SimulationReply;
}): ReactElement {
  return (
    <>
      <p className={css['tally']} role="status">
        <strong>{runs}</strong> runs: <State value="same" tone={same === 0 ? 'still' : 'good'} label={`${same} the same`} />{' '}
        <State value="different" tone={different === 0 ? 'still' : 'warn'} label={`${different} different`} />{' '}
        <State value="undecided" tone="still" label={`${undecided} undecided`} />
        {skipped.length === 0 ? '' : ` · ${skipped.length} not taken: ${skipped[0]?.reason ?? ''}`}
      </p>
      <ul className={css['comparisons']}>
        {comparisons.map((one) => (
          <OneRun key={one.run} of={one} />
        ))}
      </ul>
    </>
  );
}

const verdictTones = { same: 'good', different: 'warn', undecided: 'still' } as const;

function OneRun({
  of: { run, incident, version, orderedAt, verdict, differences, reason, help, before, after },
}: {
  readonly of: SimulatedComparison;
}): ReactElement {
  return (
    <li className={css['comparison']}>
      <p className={css['line']}>
        <State value={verdict} tone={verdictTones[verdict]} /> <Link to={`/runs/${run}`}>{run}</Link>
        <span className={css['quiet']}>
          by {version}
          {incident === undefined ? '' : `, ${incident}`} <When at={orderedAt} as="distance" />
        </span>
      </p>
      {reason === undefined ? null : (
        <p>
          {reason}
          {help === undefined ? '' : `: ${help}`}
        </p>
      )}
      {differences.map(({ what, before: was, after: is }) => (
        <p key={what} className={css['was']}>
          <span>{what}</span> <code>{textOf(was)}</code> <span aria-label="becomes">→</span> <code>{textOf(is)}</code>
        </p>
      ))}
      {verdict === 'same' ? <p className={css['quiet']}>{courseOf(after ?? before)}</p> : null}
    </li>
  );
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function courseOf(course: SimulatedCourse | undefined): string {
  if (course === undefined) return '';
  return `${course.outcome ?? 'goes on'} after ${course.at}: ${course.path.join(' → ')}`;
}
