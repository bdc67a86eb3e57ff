/** What the account by which the point is reached may do there, as far as it can be seen without a change. */
import type { ReactElement } from 'react';
import type { Point, PointPermission } from '../../../api/contract/points.ts';
import { useSend } from '../../api/queries.ts';
import { useMay } from '../../api/session.tsx';
import { State, type Tone } from '../../look/state.tsx';
import { When } from '../../look/when.tsx';
import { Ask } from './ask.tsx';
import css from './points.module.css';

const tones: Readonly<Record<PointPermission['held'], Tone>> = { yes: 'good', no: 'bad', unknown: 'still' };
const words: Readonly<Record<PointPermission['held'], string>> = { yes: 'yes', no: 'no', unknown: 'not known' };

type Seen = Point['permissions'];

export function Permissions({ name, permissions }: Pick<Point, 'name' | 'permissions'>): ReactElement {
  const may = useMay();
  const send = useSend('points.permissions', { stale: ['points.list'] });
  const seen = send.data ?? permissions;
  if (!may('points.permissions'))
    return (
      <section className={css['ask']} aria-label="Permissions">
        <h3 className={css['title']}>Permissions</h3>
        <Held seen={permissions} />
      </section>
    );
  return (
    <Ask
      title="Permissions"
      about="What the account by which it is reached may do there. It is asked in ways that change nothing."
      verb={seen === undefined ? 'Look' : 'Look again'}
      busy={send.isPending}
      error={send.error}
      onAsk={() => send.mutate({ params: { name }, body: {} })}
      answer={<Held seen={seen} />}
    />
  );
}

function Held({ seen }: { readonly seen: Seen }): ReactElement {
  if (seen === undefined) return <p className={css['quiet']}>Nobody has looked yet.</p>;
  return (
    <div className={css['told']}>
      <ul className={css['held']}>
        {seen.permissions.map(({ name, held, detail, help }) => (
          <li key={name}>
            <State value={held} tone={tones[held]} label={words[held]} />
            <div>
              <span className={css['name']}>{name}</span>
              <p className={css['quiet']}>{detail}</p>
              {help === undefined ? null : <p className={css['quiet']}>{help}</p>}
            </div>
          </li>
        ))}
      </ul>
      <p className={css['quiet']}>
        seen <When at={seen.at} as="distance" />
      </p>
    </div>
  );
}

/** For the list: what is missing, in a word. */
export function PermissionsInShort({ seen }: { readonly seen: Seen }): ReactElement {
  if (seen === undefined) return <State value="unseen" tone="still" label="not looked at" />;
  const missing = seen.permissions.filter(({ held }) => held === 'no').length;
  return missing === 0 ? (
    <State value="held" tone="good" label="all that it takes" />
  ) : (
    <State value="missing" tone="warn" label={`${missing} missing`} />
  );
}
