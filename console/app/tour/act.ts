/** What the person who looks can do about the step that is next: an act, a place to go to, a wait, or somebody else who is needed. Pure. */
import type { RouteName } from '../../../api/contract/routes.ts';
import { containmentIsOver } from './steps.ts';
import type { Asked, Facts, StepId } from './steps.ts';

export type Act =
  | { readonly kind: 'load' | 'suggest' | 'raise' }
  | { readonly kind: 'go'; readonly to: string; readonly label: string; readonly hint?: string }
  | { readonly kind: 'wait'; readonly text: string; readonly to?: string; readonly label?: string }
  | {
      readonly kind: 'need';
      readonly role: 'analyst' | 'engineer' | 'manager';
      readonly text: string;
      readonly to?: string;
      readonly label?: string;
    };

export type Viewer = { readonly id: string; readonly roles: readonly string[]; readonly may: (route: RouteName) => boolean };

type Answer = (facts: Facts, viewer: Viewer) => Act;

export function actOf(step: StepId, facts: Facts, viewer: Viewer): Act {
  return answers[step](facts, viewer);
}

function needs(role: 'analyst' | 'engineer' | 'manager', text: string): Act {
  return { kind: 'need', role, text };
}

const wait = (text: string, to?: string, label?: string): Act => ({
  kind: 'wait',
  text,
  ...(to === undefined || label === undefined ? {} : { to, label }),
});

function onPolicy(route: RouteName, label: string, hint: string): Answer {
  return ({ policy }, { may }) =>
    may(route)
      ? { kind: 'go', to: `/policies/${policy?.name ?? ''}`, label, hint }
      : needs('engineer', 'An engineer writes policies; you can read along.');
}

function onApproval(asked: Asked, { id, roles, may }: Viewer): Act {
  const to = `/approvals/${asked.id}`;
  const quorum = asked.quorum === 1 ? '' : ` It takes ${asked.quorum}: ${asked.given} so far.`;
  const somebody = (text: string): Act => ({ kind: 'need', role: 'manager', text: `${text}${quorum}`, to, label: 'Read it' });
  if (asked.excluded.includes(id)) return somebody('You asked, so a manager who is not you decides.');
  if (asked.voted.includes(id)) return somebody('You have voted; another manager decides with you.');
  if (!may('approvals.vote') || !asked.roles.some((role) => roles.includes(role))) return somebody('It takes a manager.');
  return { kind: 'go', to, label: 'Read and decide', hint: `You are asked.${quorum}` };
}

const answers: Readonly<Record<StepId, Answer>> = {
  context: (_, { may }) =>
    may('context.inventory') ? { kind: 'load' } : needs('analyst', 'An analyst, an engineer or an administrator loads it.'),
  write: (_, { may }) => (may('policies.draft') ? { kind: 'suggest' } : needs('engineer', 'It takes an engineer.')),
  answer: onPolicy('policies.answer', 'Answer them', 'Choose a reading of each; the first is the narrowest.'),
  'hand-in': onPolicy('policies.submit', 'Open it', 'Read its rules, then “Send to review…”.'),
  approve: ({ review, policy }, viewer) =>
    review === undefined
      ? wait('It is compiled and proved now; then a manager is asked.', `/policies/${policy?.name ?? ''}?tab=proof`, 'See the proof')
      : onApproval(review, viewer),
  enforce: ({ policy }) => wait('It goes out to the points now.', `/policies/${policy?.name ?? ''}?tab=rollout`, 'See the rollout'),
  raise: ({ context }, { may }) => {
    if (context?.demo === false)
      return wait(
        'The alarm is about a host of the demo’s inventory, which this server does not have: take the rest of the tour on a fresh one.',
      );
    return may('signals.send') ? { kind: 'raise' } : needs('analyst', 'An analyst or an administrator sends signals by hand.');
  },
  take: ({ incident }, { may }) =>
    may('incidents.change')
      ? { kind: 'go', to: `/incidents/${incident?.id ?? ''}`, label: 'Open the room', hint: '“Take” makes it yours.' }
      : needs('analyst', 'It takes an analyst.'),
  allow: ({ incident }, viewer) =>
    incident?.containment === undefined
      ? wait('The playbook looks the address up, and counts whom the host talks to.', `/incidents/${incident?.id ?? ''}`, 'Open the room')
      : onApproval(incident.containment, viewer),
  contain: ({ incident }) => wait('The host is being isolated, and the isolation probed.', runPath(incident), 'Watch the run'),
  release: ({ incident }, { may }) =>
    may('runs.cancel')
      ? { kind: 'go', to: runPath(incident), label: 'Open the run', hint: '“Cancel…” shows what it undoes first.' }
      : needs('analyst', 'It takes an analyst.'),
  close: (facts, { may }) =>
    may('incidents.change')
      ? { kind: 'go', to: `/incidents/${facts.incident?.id ?? ''}`, label: 'Open the room', hint: closing(facts) }
      : needs('analyst', 'It takes an analyst.'),
  verify: (_, { may }) =>
    may('audit.verify')
      ? { kind: 'go', to: '/audit', label: 'Open the chain' }
      : needs('manager', 'A manager, an auditor or an administrator reads the record.'),
};

function closing(facts: Facts): string {
  return containmentIsOver(facts) ? 'Nothing was isolated. “Close…” asks for the reason.' : '“Close…” asks for the reason.';
}

function runPath(incident: Facts['incident']): string {
  return incident?.run === undefined ? `/incidents/${incident?.id ?? ''}` : `/runs/${incident.run.id}`;
}
