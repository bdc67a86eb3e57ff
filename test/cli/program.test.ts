import { describe, expect, it } from '@jest/globals';
import type { Command } from 'commander';
import { buildProgram } from '../../cli/program.ts';

function leaves(command: Command): readonly Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}

function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
}

function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return text;
}

const commands = leaves(buildProgram()).map((command) => [nameOf(command), command] as const);

describe('the help of every command', () => {
  it('covers them all', () => {
    expect(commands.length).toBeGreaterThan(35);
  });

  it.each(commands)('`%s` has an example that begins as a user types it', (name, command) => {
    const example = helpOf(command)
      .split('\n')
      .find((line) => line.startsWith('  $ edict '));
    expect(example?.replace(/ --(?:as|data) \S+/gu, '')).toContain(`$ ${name}`.replace(/ list$/u, ''));
  });

  it.each(commands)('`%s` says what it does, and what each of its options is', (_, command) => {
    expect(command.description()).not.toBe('');
    expect(command.options.filter((option) => option.description === '').map((option) => option.long)).toEqual([]);
  });
});
