/** What one may tell a run as a whole. Nothing is offered that the person may not do, or that makes no sense where it stands. */
import { ActionIcon, Button, Menu } from '@mantine/core';
import IconDots from '@tabler/icons-react/icons/IconDots';
import { useState } from 'react';
import type { ReactElement } from 'react';
import type { RunDetail } from '../../../api/contract/runs.ts';
import type { Plan } from '../../../domain/playbook/plan.ts';
import { useSend } from '../../api/queries.ts';
import { useMay } from '../../api/session.tsx';
import { notify } from '../../app/notices.tsx';
import { Confirm } from '../../look/confirm.tsx';
import { CopyObject } from '../../look/copy.tsx';
import { CancelDialog } from './cancel-dialog.tsx';
import { MigrateDialog } from './migrate-dialog.tsx';
import { Rerun } from './step-actions.tsx';
import css from './run.module.css';

type Open = 'pause' | 'resume' | 'cancel' | 'migrate' | 'rerun' | undefined;

export function Controls({ detail, plan }: { readonly detail: RunDetail; readonly plan: Plan | undefined }): ReactElement {
  const [open, setOpen] = useState<Open>();
  const { run } = detail;
  const goesOn = detail.status !== 'ended' && detail.cancelledBy === undefined;
  return (
    <>
      {goesOn ? <Halting paused={detail.view?.paused !== undefined} onOpen={setOpen} /> : null}
      <More plan={plan} goesOn={goesOn} onOpen={setOpen} />
      <CopyObject label="Copy this run" object={detail} path={`/v1/runs/${run}`} cli={`edict run show ${run}`} />
      <Dialogs open={open} detail={detail} plan={plan} onClose={() => setOpen(undefined)} />
    </>
  );
}

type HaltingProps = { readonly paused: boolean; readonly onOpen: (open: Open) => void };

function Halting({ paused, onOpen }: HaltingProps): ReactElement {
  const may = useMay();
  return (
    <>
      {may('runs.pause') ? (
        <Button variant="default" onClick={() => onOpen(paused ? 'resume' : 'pause')}>
          {paused ? 'Resume…' : 'Pause…'}
        </Button>
      ) : null}
      {may('runs.cancel') ? (
        <Button variant="outline" color="red" onClick={() => onOpen('cancel')}>
          Cancel…
        </Button>
      ) : null}
    </>
  );
}

type DialogsProps = { readonly open: Open; readonly detail: RunDetail; readonly plan: Plan | undefined; readonly onClose: () => void };

function Dialogs({ open, detail, plan, onClose }: DialogsProps): ReactElement | null {
  switch (open) {
    case 'pause':
    case 'resume':
      return <Halt run={detail.run} to={open} onClose={onClose} />;
    case 'cancel':
      return <CancelDialog run={detail.run} onClose={onClose} />;
    case 'migrate':
      return <MigrateDialog detail={detail} onClose={onClose} />;
    case 'rerun':
      return plan === undefined ? null : <Rerun detail={detail} plan={plan} from={plan.start} onClose={onClose} />;
    case undefined:
      return null;
  }
}

type MoreProps = {
  readonly plan: Plan | undefined;
  readonly goesOn: boolean;
  readonly onOpen: (open: Open) => void;
};

function More({ plan, goesOn, onOpen }: MoreProps): ReactElement | null {
  const may = useMay();
  const migrate = goesOn && may('runs.migrate');
  const rerun = plan !== undefined && may('runs.rerun');
  if (!migrate && !rerun) return null;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label="More about this run">
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {rerun ? <Menu.Item onClick={() => onOpen('rerun')}>Run again from the beginning…</Menu.Item> : null}
        {migrate ? <Menu.Item onClick={() => onOpen('migrate')}>Take it to another version…</Menu.Item> : null}
      </Menu.Dropdown>
    </Menu>
  );
}

const halts = {
  pause: {
    title: 'Pause the run',
    verb: 'Pause',
    words: 'It begins nothing new until somebody resumes it. What is under way is finished; leases go on to end when they end.',
  },
  resume: { title: 'Resume the run', verb: 'Resume', words: 'It goes on where it stands.' },
} as const;

type HaltProps = { readonly run: string; readonly to: 'pause' | 'resume'; readonly onClose: () => void };

function Halt({ run, to, onClose }: HaltProps): ReactElement {
  const { title, verb, words } = halts[to];
  const { mutate, isPending, error } = useSend(`runs.${to}`, {
    stale: ['runs.get', 'runs.list'],
    onDone: () => {
      notify(to === 'pause' ? 'The run is told to pause.' : 'The run is told to go on.');
      onClose();
    },
  });
  return (
    <Confirm
      title={title}
      opened
      onClose={onClose}
      verb={verb}
      reason="required"
      busy={isPending}
      error={error}
      onConfirm={(reason) => mutate({ params: { run }, body: { reason } })}
    >
      <p className={css['instructions']}>{words}</p>
    </Confirm>
  );
}
