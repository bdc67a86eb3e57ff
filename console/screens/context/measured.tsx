/** What was measured against what, and from when on it is new: the last day by itself. */
import { Select } from '@mantine/core';
import type { ReactElement } from 'react';
import type { Measured } from '../../../api/contract/context/insight.ts';
import { useUrlState } from '../../app/url.ts';
import { lengthOf, utcTime } from '../../look/time.ts';
import { When } from '../../look/when.tsx';

const hourMs = 3_600_000;
const spans = [1, 6, 24, 7 * 24, 30 * 24].map((hours) => ({
  hours,
  label: hours < 24 ? `The newest ${hours === 1 ? 'hour' : `${hours} hours`}` : `The newest ${hours === 24 ? 'day' : `${hours / 24} days`}`,
}));

export function MeasuredWords({ measured }: { readonly measured: Measured | undefined }): ReactElement | null {
  if (measured === undefined || measured.connections === 0) return null;
  const { before, recent, truncated, since, bucketSeconds } = measured;
  return (
    <>
      {recent.toLocaleString()} connections since <When at={since} /> against {before.toLocaleString()} before
      {truncated ? ' (the newest 100,000 are read)' : ''}, in spans of {lengthOf(bucketSeconds * 1000)}
    </>
  );
}

export function Newest({ measured }: { readonly measured: Measured | undefined }): ReactElement {
  const [{ since }, setUrl] = useUrlState();
  const untilMs = Date.parse(measured?.until ?? '');
  const choices = spans.map(({ hours, label }) => ({
    label,
    value: Number.isNaN(untilMs) ? label : new Date(untilMs - hours * hourMs).toISOString(),
  }));
  const other =
    since === undefined || choices.some(({ value }) => value === since)
      ? []
      : [{ label: `Since ${utcTime(Date.parse(since))}`, value: since }];
  return (
    <Select
      aria-label="What is new"
      placeholder="New: the last day"
      clearable
      disabled={measured === undefined || measured.connections === 0}
      data={[...choices, ...other]}
      value={since ?? null}
      onChange={(value) => setUrl({ since: value ?? undefined })}
    />
  );
}
