/** A request is tried at the point, beside what the policies in force say of it. A firewall is sent one packet. */
import { SegmentedControl, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement } from 'react';
import type { Point, PointTest } from '../../../api/contract/points.ts';
import { useSend } from '../../api/queries.ts';
import { Link } from '../../app/link.tsx';
import { Facts } from '../../look/facts.tsx';
import { State } from '../../look/state.tsx';
import { Ask } from './ask.tsx';
import { Decided } from './probe.tsx';
import { emptyTyped, requestOf, type Typed } from './typed-request.ts';
import css from './points.module.css';

export function TestPoint({ point: { name, kind, target } }: { readonly point: Point }): ReactElement {
  const connections = target !== 'rego-access';
  const [typed, setTyped] = useState<Typed>({ ...emptyTyped, kind: connections ? 'network' : 'access' });
  const send = useSend('points.test', { stale: ['points.list'] });
  const request = requestOf(typed);
  const change = (more: Partial<Typed>) => setTyped((before) => ({ ...before, ...more }));
  return (
    <Ask
      title="Test"
      about={
        kind === 'nftables'
          ? 'One real packet is sent through the firewall, from the one address to the other, and answered on the other side. What is asked is in the audit chain.'
          : 'Its decision is asked, as any service asks it; nothing is done by it. What is asked is in the audit chain.'
      }
      verb={kind === 'nftables' ? 'Send a packet' : 'Ask it'}
      busy={send.isPending}
      error={send.error}
      ready={request !== undefined}
      onAsk={() => {
        if (request !== undefined) send.mutate({ params: { name }, body: { request } });
      }}
      answer={send.data === undefined ? null : <Answer test={send.data} />}
    >
      {connections ? <Connection typed={typed} change={change} /> : <Access typed={typed} change={change} />}
    </Ask>
  );
}

type FieldsProps = { readonly typed: Typed; readonly change: (more: Partial<Typed>) => void };

function Connection({ typed, change }: FieldsProps): ReactElement {
  return (
    <div className={css['fields']}>
      <Text label="From" placeholder="10.4.0.17" value={typed.from} onValue={(from) => change({ from })} />
      <Text label="To" placeholder="10.2.0.5" value={typed.to} onValue={(to) => change({ to })} />
      <Select
        label="Protocol"
        data={['tcp', 'udp']}
        allowDeselect={false}
        value={typed.protocol}
        onChange={(value) => change({ protocol: value === 'udp' ? 'udp' : 'tcp' })}
      />
      <TextInput
        label="Port"
        inputMode="numeric"
        maxLength={5}
        autoComplete="off"
        value={typed.port}
        onChange={({ currentTarget }) => change({ port: currentTarget.value.replaceAll(/\D/gu, '') })}
      />
    </div>
  );
}

const kinds = [
  { value: 'access', label: 'Access' },
  { value: 'ai', label: 'Use of a model' },
];

function Access({ typed, change }: FieldsProps): ReactElement {
  return (
    <>
      <SegmentedControl
        aria-label="Kind of request"
        size="xs"
        data={kinds}
        value={typed.kind}
        onChange={(value) => change({ kind: value === 'ai' ? 'ai' : 'access' })}
      />
      <div className={css['fields']}>
        <Text label="Who" placeholder="user:ann" value={typed.principal} onValue={(principal) => change({ principal })} />
        {typed.kind === 'ai' ? (
          <>
            <Text label="Model" placeholder="small" value={typed.model} onValue={(model) => change({ model })} />
            <Text label="Purpose" placeholder="support" value={typed.purpose} onValue={(purpose) => change({ purpose })} />
          </>
        ) : (
          <>
            <Text label="Does what" placeholder="read" value={typed.action} onValue={(action) => change({ action })} />
            <Text label="On what" placeholder="document:plan" value={typed.resource} onValue={(resource) => change({ resource })} />
          </>
        )}
        <Text label="Circumstances" placeholder={'{ "mfa": true }'} value={typed.context} onValue={(context) => change({ context })} />
      </div>
    </>
  );
}

type TextProps = {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
};

function Text({ label, placeholder, value, onValue }: TextProps): ReactElement {
  return (
    <TextInput
      label={label}
      placeholder={placeholder}
      value={value}
      maxLength={256}
      autoComplete="off"
      onChange={({ currentTarget }) => onValue(currentTarget.value)}
    />
  );
}

function Answer({ test: { probe, reason, policy, agrees, because } }: { readonly test: PointTest }): ReactElement {
  const rules = policy.determining.map((rule, index) => (
    <span key={rule}>
      {index === 0 ? '' : ', '}
      <Link to={`/policies/${rule.split('/', 1)[0] ?? rule}`}>{rule}</Link>
    </span>
  ));
  return (
    <div className={css['answer']}>
      {agrees === undefined ? (
        <State value="untried" tone="still" label="it cannot be tried there" />
      ) : (
        <State value={agrees ? 'agrees' : 'differs'} tone={agrees ? 'good' : 'bad'} label={agrees ? 'they agree' : 'they differ'} />
      )}
      <Facts
        label="What came of the test"
        of={[
          ['the point', probe === undefined ? reason : <Decided decision={probe.decision} />],
          ['how', probe && `${probe.method === 'packet' ? 'a packet' : 'its decision'}, ${probe.detail}`],
          ['took', probe && `${probe.elapsedMs} ms`],
          ['policies say', <Decided key="policy" decision={policy.decision} />],
          ['by', rules.length === 0 ? 'no rule speaks of it' : rules],
        ]}
      />
      {agrees === false ? <Because of={because} /> : null}
    </div>
  );
}

function Because({ of }: { readonly of: readonly string[] }): ReactElement {
  if (of.length === 0)
    return <p>Nothing that is known explains it: somebody may have changed the point. A dry-run says what differs there.</p>;
  return (
    <ul className={css['steps']} aria-label="What explains it">
      {of.map((reason) => (
        <li key={reason}>{reason}</li>
      ))}
    </ul>
  );
}
