/** Rego for the Open Policy Agent (≥ 1.21.3): one fixed policy, rules as data with an index by protocol and port. */
import type { Target } from '../target.ts';
import { compileRego } from './compile.ts';
import { readRego } from './read.ts';

export const regoTarget: Target = { name: 'rego', kinds: ['network'], compile: compileRego, read: readRego, cannotSay: [] };
