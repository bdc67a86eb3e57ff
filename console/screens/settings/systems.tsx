/** Outside systems that are acted on, and what each can do. Of secrets only that they are there is shown. */
import type { ReactElement } from 'react';
import { useRead } from '../../api/queries.ts';
import { Facts } from '../../look/facts.tsx';
import { Json } from '../../look/json.tsx';
import { Section, Stack } from '../../look/page.tsx';
import { Empty, Failure, Loading } from '../../look/told.tsx';
import { When } from '../../look/when.tsx';

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
    <Stack>
      {data.items.map(({ name, kind, settings, secrets, capabilities, updatedAt }) => (
        <Section key={name} title={name} aside={<When at={updatedAt} as="distance" />}>
          <Facts
            of={[
              ['kind', kind],
              ['can', capabilities.join(', ')],
              ['secrets', secrets.length === 0 ? 'none' : `${secrets.join(', ')} (stored)`],
            ]}
          />
          <Json value={settings} label={`Settings of ${name}`} />
        </Section>
      ))}
    </Stack>
  );
}
