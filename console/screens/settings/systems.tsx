/** Outside systems that are acted on, and what each can do. Of secrets only that they are there is shown. */
import type { ReactElement } from 'react';
import { useRead } from '../../api/queries.ts';
import { Json } from '../../look/json.tsx';
import { Section } from '../../look/page.tsx';
import { Empty, Failure, Loading } from '../../look/told.tsx';
import { When } from '../../look/when.tsx';
import css from './settings.module.css';

export function Systems(): ReactElement {
  const { data, error, refetch } = useRead('systems.list', {});
  if (data === undefined) return error === null ? <Loading /> : <Failure error={error} onRetry={() => void refetch()} />;
  if (data.items.length === 0)
    return (
      <Empty title="No outside system is set up">
        A directory, a mail service, a cloud or the endpoints: <code>edict systems add</code> stores how each is reached and its secrets.
      </Empty>
    );
  return (
    <div className={css['stack']}>
      {data.items.map(({ name, kind, settings, secrets, capabilities, updatedAt }) => (
        <Section key={name} title={name} aside={<When at={updatedAt} as="distance" />}>
          <dl className={css['facts']}>
            <dt>kind</dt>
            <dd>{kind}</dd>
            <dt>can</dt>
            <dd>{capabilities.join(', ')}</dd>
            <dt>secrets</dt>
            <dd>{secrets.length === 0 ? 'none' : `${secrets.join(', ')} (stored)`}</dd>
          </dl>
          <Json value={settings} label={`Settings of ${name}`} />
        </Section>
      ))}
    </div>
  );
}
