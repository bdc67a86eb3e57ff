/**
 * The five-minute tour as data: what is done follows from what the server holds, never from what was clicked, so that it is right on a server
 * that is not empty, in two browsers at once, and after a restart. Pure: facts in, steps out.
 */
export type Asked = {
  readonly id: string;
  readonly status: 'open' | 'approved' | 'denied' | 'expired' | 'cancelled';
  readonly roles: readonly string[];
  /** They asked, or the run was started for them: they do not vote. */
  readonly excluded: readonly string[];
  readonly voted: readonly string[];
  readonly given: number;
  readonly quorum: number;
};

/** Absent: there is none, or it is not known yet. */
export type Facts = {
  readonly context?: {
    readonly assets: number;
    readonly connections: number;
    readonly indicators: number;
    /** The host that the alarm is about is one of them. */ readonly demo: boolean;
  };
  readonly policy?: { readonly name: string; readonly state: string; readonly enforced: boolean; readonly questions: number };
  readonly review?: Asked;
  readonly incident?: {
    readonly id: string;
    readonly closed: boolean;
    readonly assignee?: string;
    readonly run?: { readonly id: string; readonly ended: boolean };
    readonly containment?: Asked;
    readonly contained: boolean;
    readonly released: boolean;
  };
  readonly chain?: { readonly ok: boolean; readonly rows: number };
};

export const phases = ['Prepare', 'A policy', 'An incident', 'The record'] as const;
type Phase = (typeof phases)[number];

export type StepId =
  | 'context'
  | 'write'
  | 'answer'
  | 'hand-in'
  | 'approve'
  | 'enforce'
  | 'raise'
  | 'take'
  | 'allow'
  | 'contain'
  | 'release'
  | 'close'
  | 'verify';

/** `passed`: it cannot be done any more (the plan was denied, the incident is closed), and the tour goes on without it. */
export type StepState = 'done' | 'passed' | 'now' | 'later';

export type Step = {
  readonly id: StepId;
  readonly phase: Phase;
  readonly title: string;
  readonly about: string;
  readonly state: StepState;
};

type Told = {
  readonly id: StepId;
  readonly phase: Phase;
  readonly title: string;
  readonly about: string;
  readonly done: (facts: Facts) => boolean;
};

const handedIn: readonly string[] = ['in-review', 'approved', 'distributing', 'enforced'];
const accepted: readonly string[] = ['approved', 'distributing', 'enforced'];

function policyIs(facts: Facts, states: readonly string[]): boolean {
  return facts.policy !== undefined && (facts.policy.enforced || states.includes(facts.policy.state));
}

const told: readonly Told[] = [
  {
    id: 'context',
    phase: 'Prepare',
    title: 'Say what there is',
    about: 'Policies speak of names; the inventory says what they mean, and recorded traffic says what a policy would change.',
    done: ({ context }) => (context?.assets ?? 0) > 0,
  },
  {
    id: 'write',
    phase: 'A policy',
    title: 'Write a policy in plain English',
    about: 'Say what must hold, as you would say it to a colleague. It becomes typed rules, each with the words that it came from.',
    done: ({ policy }) => policy !== undefined,
  },
  {
    id: 'answer',
    phase: 'A policy',
    title: 'Answer what the words leave open',
    about: 'Nothing is guessed: where a sentence can be read in two ways, you choose, and an example shows what the choice means.',
    done: (facts) => policyIs(facts, handedIn) || facts.policy?.questions === 0,
  },
  {
    id: 'hand-in',
    phase: 'A policy',
    title: 'Send it to review',
    about: 'It is compiled for every enforcement point, proved there over all requests, and tried on the recorded traffic.',
    done: (facts) => policyIs(facts, handedIn),
  },
  {
    id: 'approve',
    phase: 'A policy',
    title: 'Somebody else approves',
    about: 'Who asks does not approve. A manager reads the proof and whom it would cut off, and accepts exactly this version.',
    done: (facts) => policyIs(facts, accepted),
  },
  {
    id: 'enforce',
    phase: 'A policy',
    title: 'See it in force',
    about: 'It goes out by itself. In force means observed at the point and probed there, not sent.',
    done: ({ policy }) => policy?.enforced === true,
  },
  {
    id: 'raise',
    phase: 'An incident',
    title: 'Raise an alarm',
    about:
      'A detector would say it: a workstation calls a known bad address every minute. The signal opens an incident and starts a playbook.',
    done: ({ incident }) => incident !== undefined,
  },
  {
    id: 'take',
    phase: 'An incident',
    title: 'Read the room, and take it',
    about: 'What was seen stands left, what happened in the middle, what runs at the right. Take it, so that everybody knows whose it is.',
    done: ({ incident }) => incident?.assignee !== undefined || incident?.closed === true,
  },
  {
    id: 'allow',
    phase: 'An incident',
    title: 'Approve the containment',
    about: 'The playbook may not isolate a host alone. The approval shows the exact plan, what it touches and how it is undone.',
    done: ({ incident }) => incident?.containment?.status === 'approved' || incident?.contained === true || incident?.released === true,
  },
  {
    id: 'contain',
    phase: 'An incident',
    title: 'Watch it being contained',
    about: 'Each step of the run shows what it did. The isolation is proved by a probe, and ends by itself after four hours.',
    done: ({ incident }) => incident?.contained === true || incident?.released === true,
  },
  {
    id: 'release',
    phase: 'An incident',
    title: 'Give the host back',
    about: 'Cancel the run: first it shows what that undoes and in which order, then it undoes exactly that.',
    done: ({ incident }) => incident?.released === true,
  },
  {
    id: 'close',
    phase: 'An incident',
    title: 'Close it with a reason',
    about: 'The reason is what the next analyst and the auditor read.',
    done: ({ incident }) => incident?.closed === true,
  },
  {
    id: 'verify',
    phase: 'The record',
    title: 'See that the record holds',
    about: 'Every change that you made is a row, bound to the row before by its hash. Nobody can take one out unseen.',
    done: ({ chain }) => chain?.ok === true,
  },
];

const ofContainment: readonly StepId[] = ['allow', 'contain', 'release'];

/** The containment will not come about any more: it was refused, or the incident was closed, or its run ended without it. */
export function containmentIsOver({ incident }: Facts): boolean {
  if (incident === undefined || incident.contained || incident.released) return false;
  const { containment, run, closed } = incident;
  return closed || run?.ended === true || (containment !== undefined && !['open', 'approved'].includes(containment.status));
}

export function stepsOf(facts: Facts): readonly Step[] {
  const over = containmentIsOver(facts);
  let found = false;
  return told.map(({ done, ...step }): Step => {
    if (done(facts)) return { ...step, state: 'done' };
    if (over && ofContainment.includes(step.id)) return { ...step, state: 'passed' };
    const state = found ? 'later' : 'now';
    found = true;
    return { ...step, state };
  });
}

const outcomes: Readonly<Partial<Record<StepId, (facts: Facts) => string | undefined>>> = {
  context: ({ context }) =>
    context === undefined
      ? undefined
      : `${context.assets} assets, ${context.connections} connections, ${context.indicators} ${context.indicators === 1 ? 'indicator' : 'indicators'}`,
  write: ({ policy }) => policy?.name,
  take: ({ incident }) => (incident?.assignee === undefined ? undefined : `${incident.assignee} has it`),
  verify: ({ chain }) => (chain === undefined ? undefined : `${chain.rows} rows`),
};

/** What a step that is done came to. */
export function outcomeOf({ id }: Step, facts: Facts): string | undefined {
  return outcomes[id]?.(facts);
}
