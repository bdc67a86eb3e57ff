/** Whether the chain is whole: checked when the screen opens and when asked, in both of its sinks. */
import { Button } from '@mantine/core';
import type { ReactElement } from 'react';
import { useRead } from '../../api/queries.ts';
import { CopyMenu, curlOf } from '../../look/copy.tsx';
import { Digest } from '../../look/digest.tsx';
import { State } from '../../look/state.tsx';
import { Failure } from '../../look/told.tsx';
import { When } from '../../look/when.tsx';
import css from './audit.module.css';

export function ChainState(): ReactElement {
  const check = useRead('audit.verify', {}, { everyMs: false });
  if (check.error !== null) return <Failure error={check.error} onRetry={() => void check.refetch()} inline />;
  const { data } = check;
  return (
    <div className={css['chain']} role="status">
      {data === undefined || check.isFetching ? (
        <State value="checking" tone="active" label="Checking every row…" />
      ) : data.ok ? (
        <State value="whole" tone="good" label={`The chain is whole: ${data.rows.toLocaleString()} ${data.rows === 1 ? 'row' : 'rows'}`} />
      ) : (
        <State value="broken" tone="bad" label={`The chain is broken at row ${data.fault?.id ?? '?'}: ${data.fault?.reason ?? ''}`} />
      )}
      {data === undefined ? null : (
        <>
          <span className={css['quiet']}>
            head <Digest value={data.head} />
          </span>
          <span className={css['quiet']}>
            checked <When at={new Date(check.dataUpdatedAt).toISOString()} as="distance" />
          </span>
        </>
      )}
      <span className={css['space']} />
      <Button size="compact-xs" variant="default" disabled={check.isFetching} onClick={() => void check.refetch()}>
        Check again
      </Button>
      <CopyMenu
        label="Check it elsewhere"
        forms={{
          cli:
            data === undefined
              ? 'edict audit export chain.jsonl'
              : `edict audit export chain.jsonl && edict audit verify chain.jsonl --head ${data.rows}:${data.head}`,
          curl: `${curlOf('/v1/audit/export')} > chain.jsonl`,
        }}
      />
    </div>
  );
}
