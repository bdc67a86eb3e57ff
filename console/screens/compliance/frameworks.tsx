/** The frameworks, each with how its controls stand; each figure opens the controls that it counts. */
import type { ReactElement } from 'react';
import type { ComplianceFramework, ControlStatus } from '../../../api/contract/compliance/compliance.ts';
import { Link } from '../../app/link.tsx';
import { statusWords } from './status.tsx';
import css from './compliance.module.css';

type FrameworksProps = { readonly items: readonly ComplianceFramework[]; readonly chosen: string | undefined };

export function Frameworks({ items, chosen }: FrameworksProps): ReactElement {
  return (
    <nav className={css['frameworks']} aria-label="Frameworks">
      {items.map((framework) => (
        <div key={framework.id} className={css['framework']} data-here={framework.id === chosen}>
          <Link
            to="/compliance"
            search={{ framework: framework.id }}
            className={css['name']}
            aria-current={framework.id === chosen ? 'page' : undefined}
          >
            {framework.title}
          </Link>
          <Counts framework={framework} />
        </div>
      ))}
    </nav>
  );
}

function Counts({ framework: { id, title, counts } }: { readonly framework: ComplianceFramework }): ReactElement {
  const told = (Object.keys(statusWords) as ControlStatus[]).filter((status) => counts[status] > 0);
  if (told.length === 0) return <span className={css['quiet']}>nothing cites it</span>;
  return (
    <ul className={css['counts']}>
      {told.map((status) => (
        <li key={status}>
          <Link
            to="/compliance"
            search={{ framework: id, status }}
            className={css['count']}
            aria-label={`${counts[status]} ${statusWords[status]} of ${title}`}
          >
            <b>{counts[status]}</b> {statusWords[status]}
          </Link>
        </li>
      ))}
    </ul>
  );
}
