/** The guard's settings, and what it would decide of an effect that is only tried. */
import { digestOf } from '../../domain/digest.ts';
import { questionOf, subjectsOf, type AskedEffect } from '../../domain/guard/question.ts';
import { checkGuardSettings, type GuardSettings, type GuardSettingsVersion } from '../../domain/guard/settings.ts';
import type { GuardVerdict, GuardVersion } from '../contract/guard.ts';
import type { HandlerDeps, HandlersOf } from '../handler.ts';

export function guardHandlers({ store, authz }: HandlerDeps): HandlersOf<'guard.show' | 'guard.history' | 'guard.set' | 'guard.test'> {
  return {
    'guard.show': async () => versionOf(await store.guard.settings()),
    'guard.history': async () => ({ items: (await store.guard.history()).map(versionOf) }),
    'guard.set': async ({ body, by }) => {
      const { settings, replaces, reason } = body;
      checkGuardSettings(settings);
      return versionOf(await store.guard.save({ settings, replaces, reason, by }));
    },
    'guard.test': async ({ body, by }): Promise<GuardVerdict> => {
      if (body.settings !== undefined) checkGuardSettings(body.settings);
      const { action, playbook, targets } = body;
      const found = await store.guard.situation({
        action,
        playbook,
        subjects: (inventory) => subjectsOf({ assets: body.subjects }, targets, inventory),
        settings: body.settings,
      });
      const { subjects, inventory } = found;
      const settings: GuardSettings = body.settings ?? found.settings.settings;
      const asked: AskedEffect = {
        actor: { requester: by, run: 'trial', playbook, version: '0.0.0' },
        ...(body.approved || body.breakGlass ? { approval: approval(body.breakGlass) } : {}),
        step: 'trial',
        action,
        targets,
        subjects,
        params: {},
      };
      const { version } = found.settings;
      const now = body.at ?? found.now;
      const question = questionOf(asked, { now, usage: found.usage, version, settings, inventory });
      const { allow, reasons } = await authz.decideEffect(question);
      const by_ = body.settings === undefined ? { version, digest: found.settings.digest } : { digest: digestOf(settings) };
      return { allow, reasons, at: now, settings: by_, budgets: [...found.usage] };
    },
  };
}

function approval(breakGlass: boolean): NonNullable<AskedEffect['approval']> {
  return { id: 'trial', approvedBy: ['trial'], roles: [], breakGlass };
}

function versionOf({ version, digest, settings, by, reason, at }: GuardSettingsVersion): GuardVersion {
  return {
    version,
    digest,
    settings: settings as GuardVersion['settings'],
    by,
    ...(reason === undefined ? {} : { reason }),
    ...(at === undefined ? {} : { at }),
  };
}
