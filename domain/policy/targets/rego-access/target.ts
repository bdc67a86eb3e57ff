/** Rego for access and AI rules: one fixed policy, and data. */
import type { AccessTarget } from '../../access/prove.ts';
import { compileRegoAccess } from './compile.ts';
import { readRegoAccess } from './read.ts';

export const regoAccessTarget: AccessTarget = {
  name: 'rego-access',
  kinds: ['access', 'ai'],
  compile: compileRegoAccess,
  read: readRegoAccess,
  cannotSay: [
    'expressions with arithmetic, tags, records, functions of decimals and times, whole numbers beyond 2^53, or attributes of attributes of attributes of attributes: the rule errs there, and that denies',
    'attributes that are instants or durations, or addresses that are IPv4 in IPv6: a request that brings one is denied, and so is one that brings an entity twice',
    'equality of two attributes that are lists of lists, records or addresses, and are not the same text: an error, which denies',
  ],
};
