import type { AddCommands } from '../command.ts';

export const addStack: AddCommands = () => {};
