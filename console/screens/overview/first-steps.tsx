/** Where nothing has happened yet: how it begins. */
import type { ReactElement } from 'react';
import { useRead } from '../../api/queries.ts';
import { Link } from '../../app/link.tsx';
import css from './overview.module.css';

export function FirstSteps(): ReactElement {
  const { data } = useRead('context.get', {});
  const assets = data?.counts.assets ?? 0;
  return (
    <div className={css['first']}>
      <p>
        <strong>Nothing is open.</strong> A signal opens an incident; a playbook answers it and asks before it changes anything.
      </p>
      <ol>
        <li data-done={assets > 0}>
          {assets > 0 ? `${assets} assets are known` : 'Say what there is'}: <code>edict context inventory assets.csv zones.csv</code>
        </li>
        <li>
          Send a signal: <code>edict --as analyst signal send beacon --severity high --source ws-17 --destination 203.0.113.9</code>
        </li>
        <li>
          Watch the <Link to="/playbooks">playbook</Link> that it starts, and decide on its <Link to="/approvals">approval</Link>.
        </li>
      </ol>
    </div>
  );
}
