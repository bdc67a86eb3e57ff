/** The part of the port (port.ts) that is about what people ask of enforcement points. */
import type { PointAnswer, PointPermission, PointQuestion, Probe } from '../../domain/enforcement/question.ts';
import type { ErrorCode } from '../../domain/errors.ts';
import type { Request } from '../../domain/policy/model.ts';

/** The recorded word that a point may be asked: without it no activity of ours asks. It ends with an answer or with a fault. */
export type PointQuestionRow = {
  readonly id: string;
  readonly point: string;
  readonly question: PointQuestion;
  readonly by: string;
  readonly askedAt: string;
  readonly answer: PointAnswer | undefined;
  readonly fault: { readonly code: ErrorCode; readonly message: string } | undefined;
};

/** The last request that was tried at a point, of `tried` on that occasion, by a person or by a run. */
export type LastProbe = Probe & {
  readonly at: string;
  readonly request: Request;
  readonly tried: number;
  readonly by?: string | undefined;
  readonly run?: string | undefined;
};

export type SeenPermissions = { readonly at: string; readonly permissions: readonly PointPermission[] };

export type PointQuestions = {
  /** Immutable, and audited before anything is asked. `enforcement-point-unknown`. */
  readonly ask: (question: Pick<PointQuestionRow, 'id' | 'point' | 'question'>, by: string) => Promise<void>;
  readonly question: (id: string) => Promise<PointQuestionRow | undefined>;
  /** Records how it ended, once. */
  readonly answer: (id: string, end: Pick<PointQuestionRow, 'answer' | 'fault'>) => Promise<void>;
  /** Facts about a point, no changes of it: no audit row each. */
  readonly setProbed: (point: string, probe: LastProbe) => Promise<void>;
  readonly setPermissions: (point: string, seen: SeenPermissions) => Promise<void>;
};
