/** The API's settings, from the environment, checked once at the door. Nothing here is ever logged. */
import { z } from 'zod';
import { EdictError } from '../domain/errors.ts';
import { accessEnvironment } from './auth/access-environment.ts';

const Environment = z.object({
  EDICT_DATABASE_URL: z.string().min(1),
  EDICT_TEMPORAL_ADDRESS: z.string().min(1),
  EDICT_TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
  /** Temporal's own pages, where people may look at them: `https://temporal.example.org`. */
  EDICT_TEMPORAL_UI_URL: z.url().optional(),
  EDICT_OPA_URL: z.url(),
  /** What OPA asks of us. */
  EDICT_OPA_TOKEN: z.string().min(1),
  /** What OPA shows us when it fetches bundles and sends logs; EDICT_OPA_TOKEN where not given. */
  EDICT_OPA_SERVICE_TOKEN: z.string().min(32).optional(),
  EDICT_API_HOST: z.string().min(1).default('127.0.0.1'),
  EDICT_API_PORT: z.coerce.number().int().min(0).max(65_535).default(8600),
  EDICT_API_URL: z.url().optional(),
  /** Proxies before us whose `X-Forwarded-For` is believed: addresses or networks, separated by commas. */
  EDICT_TRUSTED_PROXIES: z.string().min(1).optional(),
  ...accessEnvironment,
  EDICT_DATA_DIR: z.string().min(1).default('.edict'),
  EDICT_EMBEDDED: z.enum(['0', '1']).default('0'),
  EDICT_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('warn'),
  /** Secret of the webhook source `default`, where it is not to be made up. */
  EDICT_WEBHOOK_SECRET: z.string().min(16).optional(),
});
export type Settings = z.infer<typeof Environment>;

export function readSettings(env: { readonly [name: string]: string | undefined }): Settings {
  // What a file of variables leaves empty is not set.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const result = Environment.safeParse(given);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new EdictError('input-invalid', `the environment variable \`${String(issue?.path[0] ?? '')}\` is missing or wrong`, {
    expected: issue?.message,
  });
}
