/**
 * What the guard decides by: a settings document that people write, kept in the store by version. The Rego of the guard says what the
 * parts mean (activities/effect/guard.rego); the times in it are read here, once, so that there is one reader of windows.
 */
import type { Asset } from '../context/inventory.ts';
import { digestOf, type Digest } from '../digest.ts';
import { EdictError } from '../errors.ts';
import { actions } from '../playbook/actions.ts';
import { parseDuration } from '../playbook/duration.ts';
import { suggest } from '../playbook/suggest.ts';
import { parseWindow } from '../policy/time-window.ts';

export type Criticality = Asset['criticality'];

/** `network.isolate`, `network.*` or `*`. */
export type ActionPattern = string;

/** No more than so many subjects (hosts, users: what an effect is about) within `per`. The same subject again takes no further place. */
export type Budget = {
  readonly name: string;
  readonly actions: readonly ActionPattern[];
  /** A duration, such as `1h`. */
  readonly per: string;
  /** For each playbook by itself. */
  readonly perPlaybook?: number | undefined;
  /** For all playbooks together. */
  readonly overall?: number | undefined;
};

/** Which effects a rule is about: all that are named have to fit. Absent: any. */
export type Scope = {
  readonly actions: readonly ActionPattern[];
  readonly assets?: readonly string[] | undefined;
  readonly zones?: readonly string[] | undefined;
  readonly targets?: readonly string[] | undefined;
};

/** `only`: these effects happen within the times alone. `never`: they do not happen within them. */
export type MaintenanceWindow = Scope & {
  readonly name: string;
  readonly effects: 'only' | 'never';
  /** `Sun 02:00-06:00 Europe/Zurich`, as in policies. */
  readonly during: readonly string[];
};

export type ProtectedAsset = { readonly asset: string; readonly actions?: readonly ActionPattern[] | undefined; readonly reason: string };

export type GuardSettings = {
  readonly budgets: readonly Budget[];
  readonly windows: readonly MaintenanceWindow[];
  /** Never touched by an effect, whoever approves. */
  readonly protected: readonly ProtectedAsset[];
  /** An effect on an asset this critical, or more so, needs an approval in its plan. */
  readonly criticality: {
    readonly approvalFrom: Criticality;
    /** What an asset counts as that the inventory does not hold. */
    readonly unknownAs: Criticality;
  };
};

/** In force until somebody writes others. */
export const defaultGuardSettings: GuardSettings = {
  budgets: [{ name: 'isolation', actions: ['network.isolate', 'endpoint.isolate'], per: '1h', perPlaybook: 10, overall: 25 }],
  windows: [],
  protected: [],
  criticality: { approvalFrom: 'critical', unknownAs: 'low' },
};

export type GuardSettingsVersion = {
  /** 0 for the defaults. */
  readonly version: number;
  readonly digest: Digest;
  readonly settings: GuardSettings;
  readonly by: string;
  readonly reason: string | undefined;
  readonly at: string | undefined;
};

export const defaultVersion: GuardSettingsVersion = {
  version: 0,
  digest: digestOf(defaultGuardSettings),
  settings: defaultGuardSettings,
  by: 'system:defaults',
  reason: undefined,
  at: undefined,
};

export function covers(patterns: readonly ActionPattern[], action: string): boolean {
  return patterns.some(
    (pattern) => pattern === '*' || pattern === action || (pattern.endsWith('.*') && action.startsWith(pattern.slice(0, -1))),
  );
}

/** A budget that counts for an action, with its time in milliseconds. */
export type CountedBudget = Budget & { readonly perMs: number };

export function budgetsOf({ budgets }: GuardSettings, action: string): readonly CountedBudget[] {
  return budgets.filter(({ actions }) => covers(actions, action)).map((budget) => ({ ...budget, perMs: parseDuration(budget.per) }));
}

/** A window as the Rego reads it: minutes of the week (Monday 00:00 = 0), both ends within. */
export type ReadWindow = Omit<MaintenanceWindow, 'during'> & {
  readonly during: readonly string[];
  readonly spans: readonly { readonly timezone: string; readonly low: number; readonly high: number }[];
};

export function readWindows({ windows }: GuardSettings): readonly ReadWindow[] {
  return windows.map((window) => ({
    ...window,
    spans: window.during.flatMap((text) => {
      const { timezone, minutes } = parseWindow(text);
      return minutes.map(({ low, high }) => ({ timezone, low: Number(low), high: Number(high) }));
    }),
  }));
}

/** What a schema cannot see: actions that there are not, times that cannot be read, names given twice, a budget without a number. Throws `input-invalid`. */
export function checkGuardSettings(settings: GuardSettings): void {
  settings.budgets.forEach(({ name, per, perPlaybook, overall }, index) => {
    if (parseDuration(per) <= 0) throw invalid(`budget \`${name}\` has no time`, `/budgets/${index}/per`, 'a duration such as `1h`');
    if (perPlaybook === undefined && overall === undefined)
      throw invalid(`budget \`${name}\` allows any number`, `/budgets/${index}`, '`perPlaybook`, `overall` or both');
  });
  settings.windows.forEach((window, index) => {
    for (const [at, text] of window.during.entries()) checkWindow(text, `/windows/${index}/during/${at}`);
  });
  settings.budgets.forEach(({ actions: named }, index) => checkActions(named, `/budgets/${index}/actions`));
  settings.windows.forEach(({ actions: named }, index) => checkActions(named, `/windows/${index}/actions`));
  settings.protected.forEach(({ actions: named = [] }, index) => checkActions(named, `/protected/${index}/actions`));
  requireUnique(settings.budgets, '/budgets');
  requireUnique(settings.windows, '/windows');
}

/** A pattern that fits nothing guards nothing, and nobody would notice. */
function checkActions(patterns: readonly ActionPattern[], where: string): void {
  const known = Object.keys(actions);
  for (const [index, pattern] of patterns.entries()) {
    if (known.some((action) => covers([pattern], action))) continue;
    const near = suggest(pattern, known);
    const expected = near === undefined ? 'an action of the catalogue, `network.*` or `*`' : `did you mean \`${near}\`?`;
    throw invalid(`there is no action \`${pattern}\``, `${where}/${index}`, expected);
  }
}

function checkWindow(text: string, where: string): void {
  try {
    parseWindow(text);
  } catch (error) {
    if (!(error instanceof EdictError)) throw error;
    throw invalid(error.message, where, error.expected ?? 'a time window');
  }
}

function requireUnique(entries: readonly { readonly name: string }[], where: string): void {
  const twice = entries.findIndex(({ name }, index) => entries.some((other, at) => at < index && other.name === name));
  if (twice >= 0)
    throw invalid(`the name \`${entries[twice]?.name}\` is given twice`, `${where}/${twice}/name`, 'a name of its own for each');
}

function invalid(message: string, where: string, expected: string): EdictError {
  return new EdictError('input-invalid', message, { where, expected });
}
