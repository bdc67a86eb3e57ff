/** Loading what other tools write: inventory, connections, identity events, indicators. What could not be read is told line by line. */
import { Button, FileInput, Modal, Select } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { call } from '../../api/client.ts';
import { refresh } from '../../api/queries.ts';
import { Failure } from '../../look/told.tsx';
import css from './context.module.css';

type Kind = 'context.inventory' | 'context.connections' | 'context.identity-events' | 'context.indicators';
const kinds: readonly { readonly value: Kind; readonly label: string; readonly contentType: string }[] = [
  { value: 'context.connections', label: 'Connections: Zeek conn.log (TSV or JSON lines)', contentType: 'text/plain' },
  { value: 'context.inventory', label: 'Inventory: CSV of assets (replaces the one before)', contentType: 'text/csv' },
  { value: 'context.identity-events', label: 'Identity events: AWS CloudTrail JSON', contentType: 'text/plain' },
  { value: 'context.indicators', label: 'Indicators: STIX 2.1 bundle', contentType: 'text/plain' },
];

const loaded = [
  'context.get',
  'context.assets',
  'context.zones',
  'context.seen',
  'context.identities',
  'context.indicator-list',
  'context.baselines',
  'context.anomalies',
] as const;

type Outcome = { readonly text: string; readonly rejected: readonly { readonly where: string; readonly reason: string }[] };

export function Load(): ReactElement {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>Load…</Button>
      {open ? <LoadDialog onClose={() => setOpen(false)} /> : null}
    </>
  );
}

function useLoad() {
  const [kind, setKind] = useState<Kind>('context.connections');
  const [file, setFile] = useState<File | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const [outcome, setOutcome] = useState<Outcome>();
  const send = async (): Promise<void> => {
    if (file === null) return;
    setBusy(true);
    setError(undefined);
    try {
      setOutcome(await load(kind, await file.text()));
      refresh(loaded);
    } catch (fault) {
      setError(fault);
    } finally {
      setBusy(false);
    }
  };
  return { kind, setKind, file, setFile, busy, error, outcome, send };
}

function LoadDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const { kind, setKind, file, setFile, busy, error, outcome, send } = useLoad();
  return (
    <Modal opened onClose={onClose} title="Load what was seen" closeButtonProps={{ 'aria-label': 'Close' }}>
      <form
        className={css['form']}
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <Select
          label="What it is"
          allowDeselect={false}
          data={kinds.map(({ value, label }) => ({ value, label }))}
          value={kind}
          onChange={(value) => setKind(kinds.find((one) => one.value === value)?.value ?? kind)}
        />
        <FileInput
          label="File"
          placeholder="Choose a file, at most 32 MB"
          value={file}
          onChange={setFile}
          clearable
          clearButtonProps={{ 'aria-label': 'Another file' }}
        />
        {error === undefined ? null : <Failure error={error} inline />}
        {outcome === undefined ? null : <Told outcome={outcome} />}
        <div className={css['buttons']}>
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          <Button type="submit" loading={busy} disabled={file === null}>
            Load it
          </Button>
        </div>
      </form>
    </Modal>
  );
}

function Told({ outcome: { text, rejected } }: { readonly outcome: Outcome }): ReactElement {
  return (
    <div role="status">
      <p className={css['lead']}>{text}</p>
      {rejected.length === 0 ? null : (
        <ul className={css['rejected']}>
          {rejected.slice(0, 20).map(({ where, reason }) => (
            <li key={`${where} ${reason}`}>
              <code>{where}</code> {reason}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

async function load(kind: Kind, body: string): Promise<Outcome> {
  const contentType = kinds.find(({ value }) => value === kind)?.contentType ?? 'text/plain';
  if (kind === 'context.inventory') {
    const { assets, zones, rejected } = await call(kind, { body }, { contentType });
    return { text: `${assets.toLocaleString()} assets in ${zones.toLocaleString()} zones.`, rejected };
  }
  const { read, added, rejectedCount, rejected } = await call(kind, { body }, { contentType });
  return {
    text: `${read.toLocaleString()} read, ${added.toLocaleString()} of them new, ${rejectedCount.toLocaleString()} not understood.`,
    rejected,
  };
}
