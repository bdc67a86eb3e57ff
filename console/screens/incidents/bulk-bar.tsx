/** What can be done with the incidents that are picked. */
import { Button, Menu } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { useRead } from '../../api/queries.ts';
import { Confirm } from '../../look/confirm.tsx';
import type { Changing } from './use-change.ts';
import css from './incidents.module.css';

type BulkBarProps = { readonly picked: readonly string[]; readonly changing: Changing; readonly onClear: () => void };

export function BulkBar({ picked, changing, onClear }: BulkBarProps): ReactElement | null {
  const [closing, setClosing] = useState(false);
  if (picked.length === 0) return null;
  const { change, busy, error } = changing;
  return (
    <div className={css['bulk']} role="toolbar" aria-label="With what is picked">
      <strong>{picked.length} picked</strong>
      <Button variant="default" loading={busy} onClick={() => change({ incidents: [...picked], assign: 'me' }, 'Assigned to you', onClear)}>
        Take
      </Button>
      <AssignMenu onAssign={(person, name) => change({ incidents: [...picked], assign: person }, `Assigned to ${name}`, onClear)} />
      <Button variant="default" onClick={() => change({ incidents: [...picked], status: 'contained' }, 'Contained', onClear)}>
        Contained
      </Button>
      <Button variant="default" onClick={() => setClosing(true)}>
        Close…
      </Button>
      <Button variant="subtle" onClick={onClear}>
        Clear
      </Button>
      <CloseDialog
        count={picked.length}
        opened={closing}
        busy={busy}
        error={error}
        onClose={() => setClosing(false)}
        onConfirm={(reason) =>
          change({ incidents: [...picked], status: 'closed', reason }, 'Closed', () => {
            setClosing(false);
            onClear();
          })
        }
      />
    </div>
  );
}

type AssignMenuProps = { readonly onAssign: (person: string | null, name: string) => void };

export function AssignMenu({ onAssign }: AssignMenuProps): ReactElement {
  const { data } = useRead('incidents.colleagues', {});
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button variant="default">Assign…</Button>
      </Menu.Target>
      <Menu.Dropdown className={css['people']}>
        {data?.items.map(({ id, name }) => (
          <Menu.Item key={id} onClick={() => onAssign(id, name)}>
            {name}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => onAssign(null, 'nobody')}>Nobody</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

type CloseDialogProps = {
  readonly count: number;
  readonly opened: boolean;
  readonly busy: boolean;
  readonly error: unknown;
  readonly onClose: () => void;
  readonly onConfirm: (reason: string) => void;
};

export function CloseDialog({ count, ...rest }: CloseDialogProps): ReactElement {
  return (
    <Confirm title={count === 1 ? 'Close the incident' : `Close ${count} incidents`} verb="Close" reason="required" {...rest}>
      <p>Runs under way go on, and nothing that was enforced is undone. Another signal of the same key opens a new incident.</p>
    </Confirm>
  );
}
