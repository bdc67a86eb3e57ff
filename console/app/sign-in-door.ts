/** What brings a browser to `/sign-in`: a one-time link (behind the `#`, which no server sees), or a provider's refusal (`?fault=`). */
import type { ErrorCode } from '../../domain/errors.ts';
import { Fault } from '../api/fault.ts';

export type Door = { readonly link: string; readonly tour: boolean; readonly fault: Fault | undefined };

const path = '/sign-in';

export function doorOf({ pathname, search, hash }: Pick<Location, 'pathname' | 'search' | 'hash'>): Door | undefined {
  if (pathname !== path) return undefined;
  const behind = new URLSearchParams(hash.slice(1));
  const link = behind.get('link') ?? '';
  const code = new URLSearchParams(search).get('fault');
  if (link === '' && code === null) return undefined;
  return { link, tour: behind.get('tour') === '1', fault: code === null ? undefined : refusalOf(code) };
}

type Words = { readonly detail: string; readonly help: string };

/** The codes with which the API sends a browser back from the provider. */
const words = {
  'identity-refused': {
    detail: 'you signed in at the provider, but that lets nobody in here',
    help: 'ask an administrator: none of your groups stands for a role here, your address is not verified there, or your account is disabled',
  },
  cancelled: {
    detail: 'the sign-in was given up at the provider, or you are not allowed to use Edict there',
    help: 'begin again, or ask who runs the provider',
  },
  'request-forged': {
    detail: 'this sign-in did not begin in this browser, or it took too long',
    help: 'begin again',
  },
  'dependency-unavailable': {
    detail: 'the provider does not answer',
    help: 'try again in a minute; if it stays so, an administrator sees it under Settings, This server',
  },
} as const satisfies Partial<Record<ErrorCode, Words>>;

function refusalOf(code: string): Fault {
  if (Object.hasOwn(words, code)) return new Fault('refused', { code: code as keyof typeof words, ...words[code as keyof typeof words] });
  return new Fault('refused', { detail: 'the sign-in at the provider failed', help: 'begin again' });
}

/** Off the door: the address holds neither link nor refusal any more. */
export function leaveDoor(): undefined {
  if (window.location.pathname === path) window.history.replaceState(null, '', '/');
  return undefined;
}
