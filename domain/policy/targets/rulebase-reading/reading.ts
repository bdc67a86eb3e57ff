/**
 * What the readers of firewalls' rulebases share: how they say what they do not understand, and what a session-based device does
 * around its rulebase. They share nothing with the compilers.
 */
import { EdictError } from '../../../errors.ts';
import type { Unread } from '../../import/filter.ts';
import { everything } from '../../boxes.ts';
import { flowSet } from '../../request/flow.ts';
import type { Artifact, ReadRule, TargetName } from '../target.ts';

export type Rulebook = {
  readonly rules: readonly ReadRule[];
  /** What was not understood, and left out; empty where nothing may be. */
  readonly unread: readonly Unread[];
};

export type ReadOptions = {
  /** Gathers what is not understood, and goes on without it; otherwise the first such thing is thrown as `artifact-unreadable`. */
  readonly isLenient?: boolean | undefined;
  /** The zones or interfaces between which connections are asked about; needed where rules speak of more than one pair. */
  readonly between?: ZonePair | undefined;
};

export type ZonePair = { readonly from: string; readonly to: string };

/** In a lenient reading, what `read` throws as `artifact-unreadable` is gathered, and `undefined` stands in its place. */
export class Reporter {
  readonly unread: Unread[] = [];
  private readonly file: string;
  private readonly isLenient: boolean;

  constructor(file: string, { isLenient = false }: ReadOptions) {
    this.file = file;
    this.isLenient = isLenient;
  }

  /** Says of what `read` throws in which file it is. */
  strictly<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof EdictError) || error.code !== 'artifact-unreadable') throw error;
      const where = `${this.file}:${lineOf(error) ?? 1}`;
      throw new EdictError(error.code, error.message, { where, expected: error.expected, cause: error });
    }
  }

  at<T>(place: { readonly line: number; readonly text: string }, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof EdictError) || error.code !== 'artifact-unreadable') throw error;
      const line = lineOf(error) ?? place.line;
      if (!this.isLenient)
        throw new EdictError(error.code, error.message, { where: `${this.file}:${line}`, expected: error.expected, cause: error });
      const reason = error.expected === undefined ? error.message : `${error.message}; expected ${error.expected}`;
      this.unread.push({ line, text: place.text, reason });
      return undefined;
    }
  }
}

/** Says which line it is about. Whoever knows the file's name says that. */
export function atLine(error: EdictError, line: number): EdictError {
  return new EdictError(error.code, error.message, { where: `line ${line}`, expected: error.expected, cause: error });
}

function lineOf({ where }: EdictError): number | undefined {
  const digits = /(?:^line |:)(\d+)$/.exec(where ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}

export function unreadable(what: string, expected?: string): EdictError {
  return new EdictError('artifact-unreadable', `cannot read ${what}`, expected === undefined ? {} : { expected });
}

/** The one file of an artifact of ours. */
export function onlyFile(artifact: Artifact, target: TargetName, path: string): string {
  const { [path]: text, ...others } = artifact.files;
  if (artifact.target !== target || text === undefined || Object.keys(others).length > 0)
    throw unreadable(`files \`${Object.keys(artifact.files).join(' ')}\` of a ${artifact.target} artifact`, `${path} alone`);
  return text;
}

const through = 'forward' as const;

/** Connections that begin, through the device: what its rulebase is asked about. */
export const beginning = flowSet({ directions: [through], states: ['new'] });

/**
 * A session-based device's whole answer: packets of a session follow it, those that belong to none and begin none are dropped, and
 * the rulebase decides the first packet of each. `end`: what is done with what no rule matches.
 */
export function withSessions(rules: readonly ReadRule[], end: 'deny' | 'not-applicable'): readonly ReadRule[] {
  return [
    { box: { ...everything, flow: flowSet({ directions: [through], states: ['established', 'related'] }) }, decision: 'allow' },
    { box: { ...everything, flow: flowSet({ directions: [through], states: ['invalid'] }) }, decision: 'deny' },
    ...rules.map((rule) => ({ ...rule, box: { ...rule.box, flow: beginning } })),
    ...(end === 'deny' ? [{ box: { ...everything, flow: beginning }, decision: 'deny' as const }] : []),
  ];
}
