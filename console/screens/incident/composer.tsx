/** Comments and commands. `@` offers people, `/` offers commands; what was typed stays until it has arrived, also over a reload. */
import { Button, Textarea } from '@mantine/core';
import { useSessionStorage } from '@mantine/hooks';
import { useState } from 'react';
import type { KeyboardEvent, ReactElement } from 'react';
import { useRead } from '../../api/queries.ts';
import { Failure } from '../../look/told.tsx';
import { usages } from './commands.ts';
import { useSay } from './use-say.ts';
import css from './incident.module.css';

export function Composer({ incident }: { readonly incident: string }): ReactElement {
  const [text, setText] = useSessionStorage({ key: `edict-comment-${incident}`, defaultValue: '' });
  const { say, busy, error, hint } = useSay(incident, () => setText(''));
  const offers = useOffers(text);
  const [at, setAt] = useState(0);
  const take = (offer: Offer | undefined) => {
    if (offer === undefined) return;
    setText(offer.whole);
    setAt(0);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const offered = offers.length > 0;
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) say(text);
    else if (offered && event.key === 'ArrowDown') setAt((at + 1) % offers.length);
    else if (offered && event.key === 'ArrowUp') setAt((at + offers.length - 1) % offers.length);
    else if (offered && (event.key === 'Tab' || event.key === 'Enter') && !event.shiftKey) take(offers[at] ?? offers[0]);
    else return;
    event.preventDefault();
  };
  return (
    <form
      className={css['composer']}
      onSubmit={(event) => {
        event.preventDefault();
        say(text);
      }}
    >
      {offers.length === 0 ? null : (
        <ul className={css['offers']} aria-label="Offers">
          {offers.map((offer, index) => (
            <li key={offer.whole}>
              <button type="button" data-at={index === at} onClick={() => take(offer)}>
                <code>{offer.label}</code> <span>{offer.what}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {error === null ? null : <Failure error={error} inline />}
      {hint === undefined ? null : (
        <p role="status" className={css['hint']}>
          {hint}
        </p>
      )}
      <div className={css['write']}>
        <Textarea
          aria-label="Comment or command"
          placeholder="Comment, @name, or / for commands"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          minRows={1}
          maxRows={8}
          maxLength={10_000}
          className={css['field']}
        />
        <Button type="submit" loading={busy} disabled={text.trim() === ''} title="Ctrl Enter">
          Send
        </Button>
      </div>
    </form>
  );
}

type Offer = { readonly whole: string; readonly label: string; readonly what: string };

/** For the word that is being typed. */
function useOffers(text: string): readonly Offer[] {
  const { data: people } = useRead('incidents.colleagues', {});
  const { data: playbooks } = useRead('playbooks.list', {}, { enabled: text.startsWith('/') });
  if (/^\/\w*$/u.test(text))
    return usages
      .filter(({ usage }) => usage.startsWith(text))
      .map(({ usage, what }) => ({ whole: `${usage.split(' ')[0] ?? ''} `, label: usage, what }));
  const named = /^\/run (?<begun>[\w-]*)$/u.exec(text)?.groups?.['begun'];
  if (named !== undefined)
    return (playbooks?.items ?? [])
      .filter(({ playbook, manual }) => manual !== undefined && playbook.startsWith(named) && playbook !== named)
      .slice(0, 6)
      .map(({ playbook, title }) => ({ whole: `/run ${playbook} `, label: playbook, what: title }));
  const called = /(?:^|\s)@(?<begun>[\w.-]*)$/u.exec(text)?.groups?.['begun'];
  if (called === undefined) return [];
  return (people?.items ?? [])
    .filter(({ id }) => id.startsWith(called) && id !== called)
    .slice(0, 6)
    .map(({ id, name }) => ({ whole: `${text.slice(0, text.length - called.length)}${id} `, label: `@${id}`, what: name }));
}
