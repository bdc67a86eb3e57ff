/** What a person is told of their command. Its record is waited for before the run ends. */
import type { RunCommandAnswer } from '../control/command.ts';
import type { Turn } from './turn.ts';

export function answerCommand(turn: Turn, command: string, answer: RunCommandAnswer): void {
  turn.state.owed[`answer:${command}`] = true;
  turn.commands.push({ type: 'answer-command', command, answer });
}

export function commandAnswered(turn: Turn, command: string): void {
  delete turn.state.owed[`answer:${command}`];
}
