/**
 * What a person may tell a run that is under way: a closed union by kind. Each is recorded in the store before it is carried to the
 * run, is taken exactly once, in the order of recording, and is answered: taken, or refused with the reason.
 */
import type { ErrorCode } from '../../errors.ts';
import type { Plan } from '../plan.ts';

type Given = {
  readonly id: string;
  /** Who gave it; checked when it was recorded and once more when it is taken. */
  readonly by: string;
  readonly reason: string;
};

export type RunCommand = Given &
  (
    | { readonly kind: 'pause' }
    | { readonly kind: 'resume' }
    /** `step`: with the indexes of its loops, as in the view. */
    | { readonly kind: 'skip'; readonly step: string }
    /** Of an effect's lease, by so much; for good where no time is given. */
    | { readonly kind: 'extend-lease'; readonly step: string; readonly forMs?: number | undefined }
    /** `plan`: of the version that was ordered. */
    | { readonly kind: 'migrate'; readonly plan: Plan }
  );

export type RunCommandKind = RunCommand['kind'];
export type RunCommandOf<K extends RunCommandKind> = Extract<RunCommand, { readonly kind: K }>;

export type RunCommandAnswer =
  | { readonly status: 'taken' }
  | { readonly status: 'refused'; readonly error: { readonly code: ErrorCode; readonly message: string } };

/** Who may still give it when it is taken. Says what api/auth/authz.rego says of the permission of its route. */
export const commandRoles: { readonly [K in RunCommandKind]: readonly string[] } = {
  pause: ['analyst', 'engineer', 'manager', 'admin'],
  resume: ['analyst', 'engineer', 'manager', 'admin'],
  skip: ['analyst', 'engineer', 'manager', 'admin'],
  'extend-lease': ['analyst', 'engineer', 'manager', 'admin'],
  migrate: ['engineer'],
};
