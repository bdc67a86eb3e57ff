/** Who would feel it, and whether it can be taken back: as the run found out before it asked. */
import type { ReactElement } from 'react';
import type { Approval } from '../../../api/contract/approvals.ts';
import { Section } from '../../look/page.tsx';
import { State } from '../../look/state.tsx';
import css from './approval.module.css';

const hostsShown = 12;

export function Felt({ approval }: { readonly approval: Approval }): ReactElement {
  const { blastRadius, targets, reversible, irreversible } = approval;
  const hosts = [...new Set(blastRadius.flatMap((one) => one.hosts))];
  const [critical, peers] = [Math.max(0, ...blastRadius.map((one) => one.critical)), Math.max(0, ...blastRadius.map((one) => one.peers))];
  return (
    <Section title="Who would feel it">
      <dl className={css['figures']}>
        <Figure name="acts on" value={String(targets.length)} of={targets.slice(0, 3).join(', ')} />
        {blastRadius.length === 0 ? (
          <Figure name="blast radius" value="–" of="the run looked at none" />
        ) : (
          <>
            <Figure name="hosts it talks to" value={String(peers)} of={peers === 1 ? 'neighbour' : 'neighbours'} />
            <Figure name="of them critical" value={String(critical)} of={critical === 0 ? 'none is' : 'look twice'} bad={critical > 0} />
          </>
        )}
        <div>
          <dt>can be taken back</dt>
          <dd className={css['figure']}>
            <State
              value={reversible ? 'reversible' : 'irreversible'}
              tone={reversible ? 'good' : 'bad'}
              label={reversible ? 'yes' : `not ${irreversible.length === 1 ? 'one step' : `${irreversible.length} steps`}`}
            />
          </dd>
        </div>
      </dl>
      {hosts.length === 0 ? null : (
        <p className={css['hosts']}>
          {hosts.slice(0, hostsShown).map((host) => (
            <code key={host}>{host}</code>
          ))}
          {hosts.length > hostsShown ? <span>and {hosts.length - hostsShown} more</span> : null}
        </p>
      )}
    </Section>
  );
}

type FigureProps = { readonly name: string; readonly value: string; readonly of: string; readonly bad?: boolean };

function Figure({ name, value, of, bad = false }: FigureProps): ReactElement {
  return (
    <div>
      <dt>{name}</dt>
      <dd className={css['figure']} data-bad={bad}>
        {value} <span>{of}</span>
      </dd>
    </div>
  );
}
