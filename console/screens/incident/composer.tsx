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
    const chord = event.key === 'Enter' && (event.ctrlKey || event.metaKey);
    if (chord) say(text);
    else if (!chosen(event, offers, { at, setAt, take })) return;
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
      <Offers offers={offers} at={at} onTake={take} />
      {error === null ? null : <Failure error={error} inline />}
      <p role="status" className={hint === undefined || text === '' ? 'unseen' : css['hint']}>
        {hint}
      </p>
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

type Choosing = { readonly at: number; readonly setAt: (at: number) => void; readonly take: (offer: Offer | undefined) => void };

/** True where the key was for the offers. */
function chosen(event: KeyboardEvent, offers: readonly Offer[], { at, setAt, take }: Choosing): boolean {
  if (offers.length === 0 || event.shiftKey) return false;
  if (event.key === 'ArrowDown') setAt((at + 1) % offers.length);
  else if (event.key === 'ArrowUp') setAt((at + offers.length - 1) % offers.length);
  else if (event.key === 'Tab' || event.key === 'Enter') take(offers[at] ?? offers[0]);
  else return false;
  return true;
}

type OffersProps = { readonly offers: readonly Offer[]; readonly at: number; readonly onTake: (offer: Offer) => void };

function Offers({ offers, at, onTake }: OffersProps): ReactElement | null {
  if (offers.length === 0) return null;
  return (
    <ul className={css['offers']} aria-label="Offers">
      {offers.map((offer, index) => (
        <li key={offer.whole}>
          <button type="button" data-at={index === at} onClick={() => onTake(offer)}>
            <code>{offer.label}</code> <span>{offer.what}</span>
          </button>
        </li>
      ))}
    </ul>
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
