/** The guard's settings as people write them, in YAML or JSON. */
import { z } from 'zod';
import { EdictError } from '../errors.ts';
import { checkGuardSettings, type GuardSettings } from './settings.ts';

const name = z.string().regex(/^[a-z][a-z0-9-]{0,63}$/u, 'lowercase words joined by -');
const pattern = z.string().regex(/^(?:\*|[a-z][a-z0-9-]*\.(?:\*|[a-z][a-z0-9-]*))$/u, 'an action, `network.*` or `*`');
const patterns = z.array(pattern).min(1).max(50);
const names = z.array(z.string().min(1).max(200)).min(1).max(500);
const criticality = z.enum(['low', 'medium', 'high', 'critical']);
const places = z.int().min(0).max(1_000_000);

export const guardSettingsSchema = z
  .strictObject({
    budgets: z
      .array(
        z.strictObject({
          name,
          actions: patterns,
          per: z.string().min(2).max(40),
          perPlaybook: places.optional(),
          overall: places.optional(),
        }),
      )
      .max(50)
      .default([]),
    windows: z
      .array(
        z.strictObject({
          name,
          effects: z.enum(['only', 'never']),
          actions: patterns.default(['*']),
          assets: names.optional(),
          zones: names.optional(),
          targets: names.optional(),
          during: z.array(z.string().min(1).max(100)).min(1).max(50),
        }),
      )
      .max(100)
      .default([]),
    protected: z
      .array(z.strictObject({ asset: z.string().min(1).max(200), actions: patterns.optional(), reason: z.string().min(1).max(500) }))
      .max(5000)
      .default([]),
    criticality: z
      .strictObject({ approvalFrom: criticality.default('critical'), unknownAs: criticality.default('low') })
      .default({ approvalFrom: 'critical', unknownAs: 'low' }),
  })
  .meta({ id: 'GuardSettings' });

/** Throws `input-invalid` with the place of the first fault. */
export function parseGuardSettings(value: unknown): GuardSettings {
  const parsed = guardSettingsSchema.safeParse(value);
  if (!parsed.success) {
    const [fault] = parsed.error.issues;
    throw new EdictError('input-invalid', `these are no settings of the guard: ${fault?.message ?? 'unreadable'}`, {
      where: `/${(fault?.path ?? []).map(String).join('/')}`,
      help: 'see docs/guard.md',
    });
  }
  checkGuardSettings(parsed.data);
  return parsed.data;
}
