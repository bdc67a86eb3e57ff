/** Outside systems that are acted on: how each is reached, what it can do, and whether it answers. Of secrets only that they are there is shown. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement } from 'react';
import type { System } from '../../../../api/contract/systems.ts';
import { systemKinds } from '../../../../domain/systems/catalogue.ts';
import { useRead, useSend } from '../../../api/queries.ts';
import { useMay } from '../../../api/session.tsx';
import { notify } from '../../../app/notices.tsx';
import { Confirm } from '../../../look/confirm.tsx';
import { Facts, type Fact } from '../../../look/facts.tsx';
import { Section, Stack } from '../../../look/page.tsx';
import { Empty, Failure, Loading } from '../../../look/told.tsx';
import { When } from '../../../look/when.tsx';
import css from '../settings.module.css';
import { Connection } from './connection.tsx';
import { printValue, secretLabels, systemFields } from './fields.ts';
import { SystemDialog } from './system-dialog.tsx';

/** `new`, or the system whose settings are changed. */
type Open = 'new' | System | undefined;

export function Systems(): ReactElement {
  const { data, error, refetch } = useRead('systems.list', {});
  const may = useMay();
  const [open, setOpen] = useState<Open>();
  if (data === undefined) return error === null ? <Loading /> : <Failure error={error} onRetry={() => void refetch()} />;
  const add = may('systems.put') ? <Button onClick={() => setOpen('new')}>Add a system…</Button> : null;
  return (
    <Stack>
      {data.items.length === 0 ? (
        <Empty title="No outside system is set up" action={add}>
          A directory, mail, endpoints, or a cloud: what playbooks disable people in, take messages back from, cut machines off with. Until
          there is one, steps that need it fail in words, and playbooks ask a person instead.
        </Empty>
      ) : (
        <div>{add}</div>
      )}
      {data.items.map((system) => (
        <One key={system.name} system={system} onChange={() => setOpen(system)} />
      ))}
      {open === undefined ? null : <SystemDialog system={open === 'new' ? undefined : open} onClose={() => setOpen(undefined)} />}
    </Stack>
  );
}

function One({ system, onChange }: { readonly system: System; readonly onChange: () => void }): ReactElement {
  const { name, kind, settings, secrets, capabilities, updatedAt } = system;
  const may = useMay();
  const told = systemFields[kind].filter((field) => settings[field.name] !== undefined);
  return (
    <Section
      title={name}
      aside={
        <>
          changed <When at={updatedAt} as="distance" />
        </>
      }
    >
      <div className={css['system']}>
        <Facts
          label={`How ${name} is reached`}
          of={[
            ['what it is', systemKinds[kind].title],
            ...told.map((field): Fact => [field.label, printValue(settings[field.name])]),
            ['secrets', secrets.length === 0 ? 'none' : secrets.map((role) => `${secretLabels[role] ?? role}, stored`).join('; ')],
            ['can', capabilities.join(', ')],
          ]}
        />
        {may('playbooks.run') ? <Connection system={name} /> : null}
        {may('systems.put') ? (
          <div className={css['line']}>
            <Button size="compact-xs" variant="default" onClick={onChange}>
              Change…
            </Button>
            <Remove name={name} />
          </div>
        ) : null}
      </div>
    </Section>
  );
}

function Remove({ name }: Pick<System, 'name'>): ReactElement {
  const [asked, setAsked] = useState(false);
  const send = useSend('systems.remove', {
    stale: ['systems.list', 'settings.get'],
    onDone: () => notify(`${name} and its secrets are removed.`),
  });
  return (
    <>
      <Button size="compact-xs" variant="default" onClick={() => setAsked(true)}>
        Remove…
      </Button>
      <Confirm
        title={`Remove ${name}`}
        verb="Remove it"
        danger
        opened={asked}
        busy={send.isPending}
        error={send.error}
        onClose={() => setAsked(false)}
        onConfirm={() => send.mutate({ params: { name } })}
      >
        <p>
          Its settings and its secrets are forgotten. What was done there stays done, and can no longer be taken back from here: end the
          leases on it first.
        </p>
      </Confirm>
    </>
  );
}
