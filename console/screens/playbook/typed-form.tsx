/** A form from types: a field for each, with its own control, what is expected, and what is wrong with what was typed, once it was sent or left. */
import { Select, Textarea, TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { ReactElement } from 'react';
import type { Json, JsonObject } from '../../../domain/json.ts';
import { printDuration } from '../../../domain/playbook/duration.ts';
import { printTyped, readTyped, type TypedField } from './typed-value.ts';

export type TypedState = {
  readonly texts: Readonly<Record<string, string>>;
  readonly set: (name: string, text: string) => void;
  readonly touched: ReadonlySet<string>;
  /** All that was given, or nothing where a field is wrong: then all say so. */
  readonly take: () => JsonObject | undefined;
};

export function useTyped(fields: readonly TypedField[], given: JsonObject = {}): TypedState {
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>(() =>
    Object.fromEntries(Object.entries(given).map(([name, value]) => [name, printTyped(value)])),
  );
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  return {
    texts,
    touched,
    set: (name, text) => {
      setTexts((before) => ({ ...before, [name]: text }));
      setTouched((before) => new Set([...before, name]));
    },
    take: () => {
      const read = fields.map((field) => [field.name, readTyped(field, texts[field.name] ?? '')] as const);
      if (read.some(([, one]) => 'error' in one)) {
        setTouched(new Set(fields.map(({ name }) => name)));
        return undefined;
      }
      const values = read.flatMap(([name, one]): [string, Json][] =>
        'value' in one && one.value !== undefined ? [[name, one.value]] : [],
      );
      return Object.fromEntries(values);
    },
  };
}

export function TypedForm({ fields, state }: { readonly fields: readonly TypedField[]; readonly state: TypedState }): ReactElement {
  return (
    <>
      {fields.map((field) => (
        <Field key={field.name} field={field} state={state} />
      ))}
    </>
  );
}

type FieldProps = { readonly field: TypedField; readonly state: TypedState };

function Field({ field, state }: FieldProps): ReactElement {
  const text = state.texts[field.name] ?? '';
  const read = useMemo(() => readTyped(field, text), [field, text]);
  const shared = {
    label: field.name.replaceAll('_', ' '),
    description: aboutOf(field),
    required: !field.optional && field.default === undefined,
    ...(state.touched.has(field.name) && 'error' in read ? { error: read.error } : {}),
  };
  if (field.enum !== undefined || field.type === 'bool') return <Choice field={field} state={state} shared={shared} />;
  const typed = {
    ...shared,
    value: text,
    placeholder: placeholderOf(field),
    onChange: (event: { readonly currentTarget: { readonly value: string } }) => state.set(field.name, event.currentTarget.value),
  };
  return long.has(field.type) ? <Textarea {...typed} /> : <TextInput {...typed} autoComplete="off" />;
}

const long: ReadonlySet<TypedField['type']> = new Set(['list', 'map', 'any']);
const yesNo = [
  { value: 'true', label: 'yes' },
  { value: 'false', label: 'no' },
];

function Choice({ field, state, shared }: FieldProps & { readonly shared: { readonly label: string } }): ReactElement {
  const text = state.texts[field.name] ?? '';
  return (
    <Select
      {...shared}
      data={field.enum?.map((value) => ({ value, label: value })) ?? yesNo}
      value={text === '' ? null : text}
      onChange={(value) => state.set(field.name, value ?? '')}
      clearable={field.optional}
    />
  );
}

const kinds: Readonly<Record<TypedField['type'], string>> = {
  string: 'text',
  int: 'a whole number',
  double: 'a number',
  bool: 'yes or no',
  list: 'one a line, or JSON',
  map: 'JSON',
  any: 'text or JSON',
  asset: 'the name of an asset',
  indicator: 'an address, a domain or a hash',
  duration: 'a time such as 30m or 4h',
};

function aboutOf({ type, description, min, max }: TypedField): string {
  const show = (value: number) => (type === 'duration' ? printDuration(value) : String(value));
  const limits = [min === undefined ? '' : `at least ${show(min)}`, max === undefined ? '' : `at most ${show(max)}`].filter(
    (one) => one !== '',
  );
  return [description, [kinds[type], ...limits].join(', ')].filter((one) => one !== undefined).join(' · ');
}

function placeholderOf(field: TypedField): string {
  return field.default === undefined ? '' : `${printTyped(field.default)} where nothing is given`;
}
