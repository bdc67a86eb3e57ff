/**
 * A decision is held, not clicked: pointer, Space or Enter for a second, so that no stray key or click decides. Who cannot hold types the word
 * instead. `onDone` is called once.
 */
import { Button, TextInput } from '@mantine/core';
import { useEffect, useId, useRef, useState } from 'react';
import type { KeyboardEvent, ReactElement } from 'react';
import css from './hold.module.css';

const holdMs = 1000;

type HoldProps = {
  readonly verb: string;
  /** What is typed instead. */
  readonly word: string;
  readonly danger?: boolean;
  readonly busy: boolean;
  /** Why it cannot be done yet. */
  readonly blocked?: string | undefined;
  readonly onDone: () => void;
};

export function Hold({ verb, word, danger = false, busy, blocked, onDone }: HoldProps): ReactElement {
  const { held, begin, stop } = useHold(onDone, busy || blocked !== undefined);
  const [typed, setTyped] = useState('');
  const hint = useId();
  const matches = typed.trim().toLowerCase() === word;
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== ' ' && event.key !== 'Enter') return;
    event.preventDefault();
    if (!event.repeat) begin();
  };
  return (
    <div className={css['hold']}>
      <button
        type="button"
        className={css['button']}
        data-danger={danger}
        data-held={held}
        disabled={busy || blocked !== undefined}
        aria-describedby={hint}
        onPointerDown={begin}
        onPointerUp={stop}
        onPointerLeave={stop}
        onKeyDown={onKey}
        onKeyUp={stop}
        onBlur={stop}
      >
        <span className={css['fill']} aria-hidden="true" />
        <span className={css['verb']}>{busy ? 'Sending…' : `Hold to ${verb}`}</span>
      </button>
      <form
        className={css['typed']}
        onSubmit={(event) => {
          event.preventDefault();
          if (matches && !busy && blocked === undefined) onDone();
        }}
      >
        <TextInput
          aria-label={`Or type ${word} to ${verb}`}
          placeholder={`or type “${word}”`}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          autoComplete="off"
        />
        <Button type="submit" variant="default" disabled={!matches || busy || blocked !== undefined}>
          Confirm
        </Button>
      </form>
      <p id={hint} className={css['hint']}>
        {blocked ?? 'Hold for a second, by pointer or with Space. One press decides nothing.'}
      </p>
    </div>
  );
}

function useHold(onDone: () => void, off: boolean): { readonly held: boolean; readonly begin: () => void; readonly stop: () => void } {
  const [held, setHeld] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const done = useRef(onDone);
  useEffect(() => {
    done.current = onDone;
  });
  const stop = () => {
    clearTimeout(timer.current);
    timer.current = undefined;
    setHeld(false);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  const begin = () => {
    if (off || timer.current !== undefined) return;
    setHeld(true);
    timer.current = setTimeout(() => {
      stop();
      done.current();
    }, holdMs);
  };
  return { held, begin, stop };
}
