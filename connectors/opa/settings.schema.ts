/** The settings of an OPA as this connector takes them: never one at an address where clouds keep credentials. */
import { opaSettings as anyOpaSettings } from '../../domain/enforcement/point-settings.schema.ts';
import { isForbidden } from '../egress.ts';

export const opaSettings = anyOpaSettings.refine(({ url }) => !isForbidden(new URL(url).hostname.replaceAll(/[[\]]/gu, '')), {
  error: 'this address is never connected to',
  path: ['url'],
});
