/** The values of a step or a run. One that is too large for the page stands by its digest, and is read when it is asked for. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement } from 'react';
import type { Json as JsonValue, JsonObject } from '../../../domain/json.ts';
import { useRead } from '../../api/queries.ts';
import { Json } from '../../look/json.tsx';
import { Failure, Loading } from '../../look/told.tsx';
import { Values } from '../approval/value.tsx';

type Large = { readonly $value: `sha256:${string}`; readonly sizeBytes: number };

export function ValuesOf({ of, label }: { readonly of: JsonObject; readonly label: string }): ReactElement {
  const large = Object.entries(of).filter((entry): entry is [string, JsonObject & Large] => isLarge(entry[1]));
  const names = new Set(large.map(([name]) => name));
  const rest = Object.fromEntries(Object.entries(of).filter(([name]) => !names.has(name)));
  return (
    <>
      <Values of={rest} label={label} />
      {large.map(([name, value]) => (
        <LargeValue key={name} name={name} value={value} />
      ))}
    </>
  );
}

function isLarge(value: JsonValue): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && typeof (value as JsonObject)['$value'] === 'string';
}

function LargeValue({ name, value }: { readonly name: string; readonly value: Large }): ReactElement {
  const [open, setOpen] = useState(false);
  const read = useRead('values.get', { params: { digest: value.$value } }, { enabled: open });
  if (!open) {
    return (
      <div>
        <Button size="compact-xs" variant="default" onClick={() => setOpen(true)}>
          Show {name} ({Math.ceil(value.sizeBytes / 1024)} KiB)
        </Button>
      </div>
    );
  }
  if (read.data === undefined) return read.error === null ? <Loading lines={2} /> : <Failure error={read.error} inline />;
  return <Json value={read.data} label={name} />;
}
