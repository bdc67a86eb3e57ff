/** Which commands may go the quick way: reads that take milliseconds, ask nobody outside, and may be done twice. */
import { actions, type ActionSpec } from './actions.ts';
import type { Command, PerformCommand } from './engine/messages.ts';

export function isQuick(command: Command): command is PerformCommand {
  if (command.type !== 'perform' || command.undoes !== undefined || command.approval !== undefined) return false;
  return (actions[command.action] as ActionSpec).quick === true;
}
