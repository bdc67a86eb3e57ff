/** Who may send signed signals. A source's secret is shown once; after a rotation both are taken for a day. */
import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement } from 'react';
import type { WebhookSource } from '../../../api/contract/access/webhooks.ts';
import { useRead, useSend } from '../../api/queries.ts';
import { useMay } from '../../api/session.tsx';
import { Confirm } from '../../look/confirm.tsx';
import { Section, Stack } from '../../look/page.tsx';
import { PlainFrame } from '../../look/plain-table.tsx';
import { Empty, Failure, Loading } from '../../look/told.tsx';
import { When } from '../../look/when.tsx';
import { Once } from './once.tsx';
import css from './settings.module.css';

export function Webhooks(): ReactElement {
  const { data, error, refetch } = useRead('webhooks.list', {});
  const may = useMay();
  if (data === undefined) return error === null ? <Loading /> : <Failure error={error} onRetry={() => void refetch()} />;
  return (
    <Stack>
      <Section title="Sources" flush>
        {data.items.length === 0 ? (
          <Empty title="Nobody may send yet">
            A detection system signs what it sends with its source’s secret (Standard Webhooks); what is not signed is refused.
          </Empty>
        ) : (
          <PlainFrame
            label="Sources"
            columns={[
              { key: 'source', title: 'Source' },
              { key: 'secret', title: 'Its secret' },
              { key: 'before', title: 'The one before' },
              { key: 'action', title: 'Action', unseen: true, align: 'end' },
            ]}
          >
            {data.items.map((source) => (
              <Source key={source.source} source={source} />
            ))}
          </PlainFrame>
        )}
      </Section>
      {may('webhooks.create') ? <NewSource /> : null}
    </Stack>
  );
}

function Source({ source: { source, madeAt, previousUntil } }: { readonly source: WebhookSource }): ReactElement {
  const may = useMay();
  const rotate = useSend('webhooks.rotate', { stale: ['webhooks.list'] });
  const remove = useSend('webhooks.delete', { stale: ['webhooks.list'] });
  const [asked, setAsked] = useState(false);
  return (
    <tr>
      <td data-weight="strong">{source}</td>
      <td>
        {rotate.data === undefined ? (
          <>
            made <When at={madeAt} as="distance" />
          </>
        ) : (
          <Once label="The new secret" secret={rotate.data.secret} />
        )}
        {rotate.error === null ? null : <Failure error={rotate.error} inline />}
      </td>
      <td>
        {previousUntil === undefined ? (
          ''
        ) : (
          <>
            valid until <When at={previousUntil} />
          </>
        )}
      </td>
      <td data-align="end">
        {may('webhooks.rotate') ? (
          <>
            <Button
              size="compact-xs"
              variant="default"
              loading={rotate.isPending}
              onClick={() => rotate.mutate({ params: { source }, body: {} })}
            >
              Rotate
            </Button>
            <Button size="compact-xs" variant="default" onClick={() => setAsked(true)}>
              Delete…
            </Button>
          </>
        ) : null}
        <Confirm
          title={`Delete ${source}`}
          verb="Delete it"
          danger
          opened={asked}
          busy={remove.isPending}
          error={remove.error}
          onClose={() => setAsked(false)}
          onConfirm={() => remove.mutate({ params: { source } })}
        >
          <p>Nothing that it sends is taken any more. What it sent stays.</p>
        </Confirm>
      </td>
    </tr>
  );
}

function NewSource(): ReactElement {
  const [source, setSource] = useState('');
  const send = useSend('webhooks.create', { stale: ['webhooks.list'] });
  return (
    <Section title="Another source">
      {send.data === undefined ? (
        <form
          className={css['line']}
          onSubmit={(event) => {
            event.preventDefault();
            send.mutate({ body: { source: source.trim() } });
          }}
        >
          <TextInput
            aria-label="Name of the source"
            placeholder="suricata-dmz"
            maxLength={64}
            value={source}
            onChange={({ currentTarget }) => setSource(currentTarget.value)}
          />
          <Button type="submit" loading={send.isPending} disabled={source.trim() === ''}>
            Make it
          </Button>
        </form>
      ) : (
        <Once label={`The secret of ${send.data.source}`} secret={send.data.secret} />
      )}
      {send.error === null ? null : <Failure error={send.error} inline />}
    </Section>
  );
}
