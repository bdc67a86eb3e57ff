/** Commands of people: each is applied once, whatever brings it how often, and answered. What a handler throws is the refusal. */
import { EdictError } from '../../errors.ts';
import type { RunCommand, RunCommandAnswer, RunCommandKind, RunCommandOf } from '../control/command.ts';
import { answerCommand } from './answers.ts';
import { extendLease } from './extend-lease.ts';
import { migrate } from './migrate.ts';
import { pause, resume } from './pause.ts';
import { skip } from './skip.ts';
import { faultOf, type Turn } from './turn.ts';

/** `later`: it is answered by what it began. */
type Handler<K extends RunCommandKind> = (turn: Turn, command: RunCommandOf<K>) => 'later' | undefined | void;

const handlers: { readonly [K in RunCommandKind]: Handler<K> } = { pause, resume, skip, migrate, 'extend-lease': extendLease };

export function takeCommand(turn: Turn, command: RunCommand): void {
  const taken = (turn.state.taken ??= {});
  if (Object.hasOwn(taken, command.id)) return;
  taken[command.id] = true;
  const answer = answerTo(turn, command);
  if (answer) answerCommand(turn, command.id, answer);
}

function answerTo(turn: Turn, command: RunCommand): RunCommandAnswer | undefined {
  try {
    if (!Object.hasOwn(handlers, command.kind)) throw new EdictError('input-invalid', `this run knows no command \`${command.kind}\``);
    const handler = handlers[command.kind] as Handler<RunCommandKind>;
    return handler(turn, command) === 'later' ? undefined : { status: 'taken' };
  } catch (error) {
    return { status: 'refused', error: faultOf(error) };
  }
}
