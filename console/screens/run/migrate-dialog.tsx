/** Taking a run that is under way to another version of its playbook: what that would mean where it stands, and what is in the way. */
import { Select } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement } from 'react';
import type { MigrationPreview } from '../../../api/contract/run-control.ts';
import type { RunDetail } from '../../../api/contract/runs.ts';
import { useRead, useSend } from '../../api/queries.ts';
import { notify } from '../../app/notices.tsx';
import { Confirm } from '../../look/confirm.tsx';
import { Facts } from '../../look/facts.tsx';
import { Failure, Loading } from '../../look/told.tsx';
import css from './run.module.css';

export function MigrateDialog({ detail, onClose }: { readonly detail: RunDetail; readonly onClose: () => void }): ReactElement {
  const { run, playbook, version: from } = detail;
  const versions = useRead('playbooks.versions', { params: { name: playbook } });
  const others = (versions.data?.items ?? []).map(({ version }) => version).filter((version) => version !== from);
  const [version, setVersion] = useState<string>();
  const to = version ?? others[0];
  const preview = useRead('runs.migration-preview', { params: { run }, query: { version: to ?? '' } }, { enabled: to !== undefined });
  const blocked = preview.data === undefined || preview.data.blocks.length > 0;
  const { mutate, isPending, error } = useSend('runs.migrate', {
    stale: ['runs.get'],
    onDone: () => {
      notify(`The run is told to go on with version ${to}.`);
      onClose();
    },
  });
  const send = (reason: string) => {
    if (to !== undefined && !blocked) mutate({ params: { run }, body: { version: to, reason } });
  };
  return (
    <Confirm
      title="Take the run to another version"
      opened
      onClose={onClose}
      verb={blocked ? 'It cannot be' : `Go on with ${to}`}
      reason="required"
      busy={isPending}
      error={error}
      onConfirm={send}
    >
      {versions.data === undefined ? (
        <Loading lines={2} />
      ) : to === undefined ? (
        <p>There is no other version of {playbook}: publish one first.</p>
      ) : (
        <div className={css['preview']}>
          <Select
            label={`From ${from} to`}
            data={[...others]}
            value={to}
            onChange={(value) => setVersion(value ?? undefined)}
            allowDeselect={false}
          />
          {preview.error === null ? null : <Failure error={preview.error} inline />}
          {preview.data === undefined ? null : <Means of={preview.data} />}
        </div>
      )}
    </Confirm>
  );
}

const changeWords = {
  'has-ended': 'has ended: stays as it was',
  'goes-on-as-it-is': 'goes on as it is',
  'asked-again': 'people are asked again',
  'new-form': 'its task gets a new form',
} as const;

function Means({ of: { blocks, added, removed, changed, askedAgain, standsAt } }: { readonly of: MigrationPreview }): ReactElement {
  return (
    <>
      {blocks.length === 0 ? null : (
        <section>
          <h3>In the way</h3>
          <ul>
            {blocks.map(({ step, why }) => (
              <li key={`${step} ${why}`}>
                <strong>{step}</strong> {why}
              </li>
            ))}
          </ul>
        </section>
      )}
      <Facts
        of={[
          ['stands at', named(standsAt)],
          ['added', named(added)],
          ['removed', named(removed)],
          ['asked again', named(askedAgain)],
          ['changed', named(changed.map(({ step, now }) => `${step} ${changeWords[now]}`))],
        ]}
      />
    </>
  );
}

/** Nothing where there is none of it. */
function named(items: readonly string[]): string | undefined {
  return items.length === 0 ? undefined : items.join(', ');
}
