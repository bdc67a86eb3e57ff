/**
 * The catalogue of actions: what a playbook step may call. The compiler checks steps against it; activities implement it, one
 * file a verb (`network.isolate` → activities/network/isolate.ts); test/activities asserts that both lists are the same.
 */

/** Types of values in playbooks: `any` is unchecked JSON, `asset` and `indicator` are records with at least `name` / `value`. */
export type ValueType = 'string' | 'int' | 'double' | 'bool' | 'list' | 'map' | 'asset' | 'indicator' | 'any';

export type ActionSpec = {
  readonly summary: string;
  readonly inputs: { readonly [name: string]: { readonly type: ValueType; readonly optional?: boolean } };
  readonly outputs: { readonly [name: string]: ValueType };
  /** `effect` changes something outside Edict: it goes through the effect ledger and needs an undo or a stated reason. */
  readonly does: 'effect' | 'record' | 'read';
  /** The action that undoes it; it gets the same inputs and `receipt` (the effect's key). */
  readonly undo?: string | undefined;
  /** Heavy on CPU: runs on the task queue `edict-analysis`. */
  readonly analysis?: boolean | undefined;
  /** A read that takes milliseconds, asks nobody outside, and may be done twice: it costs no round trip through the server. */
  readonly quick?: boolean | undefined;
};

export const actions = {
  // 1 create, 2 context, 3 generate
  'policy.draft': {
    summary: 'Reads a requirement in plain English into a typed draft with open questions.',
    inputs: { policy: { type: 'string' } },
    outputs: { rules: 'int', questions: 'int', version: 'int' },
    does: 'record',
  },
  'context.check': {
    summary: 'Checks the names of a draft against the inventory; what is unknown becomes a question.',
    inputs: { policy: { type: 'string' } },
    outputs: { unknown: 'list', questions: 'int', assets: 'int', connections: 'int' },
    does: 'record',
  },
  'policy.compile': {
    summary: 'Compiles the rules in force together with this draft to every target, and stores the artifacts.',
    inputs: { policy: { type: 'string' }, version: { type: 'int' } },
    outputs: { artifacts: 'list', losses: 'list' },
    does: 'record',
    analysis: true,
  },
  'policy.prove': {
    summary: 'Proves each artifact against the rules, symbolically and by witnesses through the real engine.',
    inputs: { policy: { type: 'string' }, version: { type: 'int' } },
    outputs: { proved: 'bool', proofs: 'list' },
    does: 'record',
    analysis: true,
  },
  'policy.what-if': {
    summary: 'Runs the draft over recorded connections and access: what it would have cut off or let in; and what becomes of exceptions.',
    inputs: { policy: { type: 'string' }, version: { type: 'int' } },
    outputs: {
      connections: 'int',
      blocked: 'int',
      hosts: 'int',
      examples: 'list',
      requests: 'int',
      refused: 'int',
      granted: 'int',
      accessExamples: 'list',
      exceptions: 'list',
    },
    does: 'record',
    analysis: true,
  },
  'policy.approve': {
    summary: 'Marks the version approved; checks that the approval in the store is of this version.',
    inputs: { policy: { type: 'string' }, version: { type: 'int' } },
    outputs: { digest: 'string' },
    does: 'record',
  },
  'policy.propose': {
    summary: 'Proposes a refinement of a policy from an incident: a draft, never more.',
    inputs: { incident: { type: 'string' }, deny: { type: 'map' } },
    outputs: { policy: 'string', version: 'int' },
    does: 'record',
  },
  // 4 distribute, 5 enforce, 6 monitor
  'enforcement.points': {
    summary: 'Lists the enforcement points that the version goes to, with the target of each.',
    inputs: { policy: { type: 'string' }, version: { type: 'int' } },
    outputs: { points: 'list' },
    does: 'read',
    quick: true,
  },
  'enforcement.apply': {
    summary: 'Applies the proved artifact of a version to an enforcement point; applied means observed.',
    inputs: { point: { type: 'string' }, policy: { type: 'string' }, version: { type: 'int' } },
    outputs: { receipt: 'string', digest: 'string', elapsedMs: 'int' },
    does: 'effect',
    undo: 'enforcement.rollback',
  },
  'enforcement.rollback': {
    summary: 'Puts an enforcement point back to what was in force before the effect.',
    inputs: { receipt: { type: 'string' }, point: { type: 'string' } },
    outputs: { digest: 'string' },
    does: 'effect',
  },
  'enforcement.probe': {
    summary: 'Tries the witness requests of a version at an enforcement point and compares the decisions.',
    inputs: { point: { type: 'string' }, policy: { type: 'string' }, version: { type: 'int' } },
    outputs: { probes: 'list', matched: 'int' },
    does: 'read',
  },
  'enforcement.observe': {
    summary: 'Asks an enforcement point what is in force and compares it with what should be.',
    inputs: { point: { type: 'string' } },
    outputs: { drifted: 'bool', detail: 'string' },
    does: 'read',
  },
  'enforcement.heal': {
    summary: 'Puts an enforcement point that drifted back to what was approved for it.',
    inputs: { point: { type: 'string' } },
    outputs: { healed: 'bool', elapsedMs: 'int' },
    does: 'effect',
  },
  // 7 respond
  'intel.lookup': {
    summary: 'Looks an address, domain or hash up among the loaded indicators.',
    inputs: { indicator: { type: 'any' } },
    outputs: { verdict: 'string', indicators: 'list' },
    does: 'read',
    quick: true,
  },
  'context.blast-radius': {
    summary: 'Who talks to an asset, and how many critical assets among them.',
    inputs: { asset: { type: 'any' } },
    outputs: { critical: 'int', peers: 'int', hosts: 'list' },
    does: 'read',
    quick: true,
  },
  'network.isolate': {
    summary: 'Isolates a host at every enforcement point that can: it reaches only `allow`.',
    inputs: { asset: { type: 'any' }, allow: { type: 'list', optional: true } },
    outputs: { receipt: 'string', points: 'list' },
    does: 'effect',
    undo: 'network.release',
  },
  'network.release': {
    summary: 'Gives an isolated host back.',
    inputs: { receipt: { type: 'string' }, asset: { type: 'any', optional: true }, allow: { type: 'list', optional: true } },
    outputs: { points: 'list' },
    does: 'effect',
  },
  'network.block': {
    summary: 'Blocks an address outside at every enforcement point: it talks to nobody inside.',
    inputs: { indicator: { type: 'any' } },
    outputs: { receipt: 'string', points: 'list', address: 'string' },
    does: 'effect',
    undo: 'network.unblock',
  },
  'network.unblock': {
    summary: 'Takes the block of an address away.',
    inputs: { receipt: { type: 'string' }, indicator: { type: 'any', optional: true } },
    outputs: { points: 'list' },
    does: 'effect',
  },
  'network.probe': {
    summary: 'Tries a connection at the enforcement points and compares the decision with `expect` (`allow` or `denied`).',
    inputs: { from: { type: 'any' }, to: { type: 'any' }, port: { type: 'int', optional: true }, expect: { type: 'string' } },
    outputs: { decision: 'string', probes: 'list' },
    does: 'read',
  },
  // 7 respond: outside systems. `system` names one where several could.
  'identity.get-user': {
    summary: 'An account of the directory: whether it is enabled, its roles, and whether it is privileged.',
    inputs: { user: { type: 'string' }, system: { type: 'string', optional: true } },
    outputs: { id: 'string', name: 'string', display: 'string', enabled: 'bool', privileged: 'bool', roles: 'list' },
    does: 'read',
  },
  'identity.sign-ins': {
    summary: 'Where an account signed in from within the last hours (24 where not given), and the countries of those that succeeded.',
    inputs: { user: { type: 'string' }, hours: { type: 'int', optional: true }, system: { type: 'string', optional: true } },
    outputs: { signIns: 'list', countries: 'list', addresses: 'list' },
    does: 'read',
  },
  'identity.disable-user': {
    summary: 'Disables an account: nobody signs in with it.',
    inputs: { user: { type: 'string' }, system: { type: 'string', optional: true } },
    outputs: { receipt: 'string', target: 'string' },
    does: 'effect',
    undo: 'identity.enable-user',
  },
  'identity.enable-user': {
    summary: 'Puts a disabled account back to what it was.',
    inputs: { receipt: { type: 'string' }, user: { type: 'string', optional: true }, system: { type: 'string', optional: true } },
    outputs: { target: 'string', restored: 'bool' },
    does: 'effect',
  },
  'identity.revoke-sessions': {
    summary: 'Ends all sessions of an account; its owner signs in again.',
    inputs: { user: { type: 'string' }, system: { type: 'string', optional: true } },
    outputs: { receipt: 'string', target: 'string' },
    does: 'effect',
  },
  'mail.find': {
    summary:
      'Finds messages by sender, subject or message id over mailboxes (all where none are named) within the last hours (a week where not given).',
    inputs: {
      sender: { type: 'string', optional: true },
      subject: { type: 'string', optional: true },
      message: { type: 'string', optional: true },
      mailboxes: { type: 'list', optional: true },
      hours: { type: 'int', optional: true },
      system: { type: 'string', optional: true },
    },
    outputs: { messages: 'list', count: 'int', mailboxes: 'list' },
    does: 'read',
  },
  'mail.purge': {
    summary: 'Takes messages out of their mailboxes, into the folder of recoverable items.',
    inputs: { messages: { type: 'list' }, system: { type: 'string', optional: true } },
    outputs: { receipt: 'string', target: 'string', purged: 'int' },
    does: 'effect',
    undo: 'mail.restore',
  },
  'mail.restore': {
    summary: 'Puts purged messages back where they lay.',
    inputs: { receipt: { type: 'string' }, messages: { type: 'list', optional: true }, system: { type: 'string', optional: true } },
    outputs: { target: 'string', restored: 'bool' },
    does: 'effect',
  },
  'endpoint.isolate': {
    summary: 'Isolates a machine by its own agent, wherever it is.',
    inputs: { asset: { type: 'any' }, system: { type: 'string', optional: true } },
    outputs: { receipt: 'string', target: 'string' },
    does: 'effect',
    undo: 'endpoint.release',
  },
  'endpoint.release': {
    summary: 'Puts an isolated machine back on the network.',
    inputs: { receipt: { type: 'string' }, asset: { type: 'any', optional: true }, system: { type: 'string', optional: true } },
    outputs: { target: 'string', restored: 'bool' },
    does: 'effect',
  },
  'endpoint.scan': {
    summary: 'Has a machine scanned for malware by its own agent.',
    inputs: { asset: { type: 'any' }, system: { type: 'string', optional: true } },
    outputs: { receipt: 'string', target: 'string' },
    does: 'effect',
  },
  'cloud.key-usage': {
    summary: 'Whose an access key is, whether it works, and when it was last used for what.',
    inputs: { key: { type: 'string' }, system: { type: 'string', optional: true } },
    outputs: { user: 'string', active: 'bool', used: 'bool', lastUsed: 'string', service: 'string', region: 'string' },
    does: 'read',
  },
  'cloud.disable-key': {
    summary: 'Makes an access key stop working.',
    inputs: { key: { type: 'string' }, system: { type: 'string', optional: true } },
    outputs: { receipt: 'string', target: 'string' },
    does: 'effect',
    undo: 'cloud.enable-key',
  },
  'cloud.enable-key': {
    summary: 'Puts an access key back to what it was.',
    inputs: { receipt: { type: 'string' }, key: { type: 'string', optional: true }, system: { type: 'string', optional: true } },
    outputs: { target: 'string', restored: 'bool' },
    does: 'effect',
  },
  'storage.public-access': {
    summary: 'Whether public access to a bucket is blocked.',
    inputs: { bucket: { type: 'string' }, system: { type: 'string', optional: true } },
    outputs: { blocked: 'bool', settings: 'map' },
    does: 'read',
  },
  'storage.block-public': {
    summary: 'Blocks all public access to a bucket.',
    inputs: { bucket: { type: 'string' }, system: { type: 'string', optional: true } },
    outputs: { receipt: 'string', target: 'string' },
    does: 'effect',
    undo: 'storage.restore-access',
  },
  'storage.restore-access': {
    summary: 'Puts back what a bucket said of public access before.',
    inputs: { receipt: { type: 'string' }, bucket: { type: 'string', optional: true }, system: { type: 'string', optional: true } },
    outputs: { target: 'string', restored: 'bool' },
    does: 'effect',
  },
  'oauth.find-grants': {
    summary: 'What people have granted to an application: the grants, their scopes, how many gave them.',
    inputs: { app: { type: 'string' }, system: { type: 'string', optional: true } },
    outputs: { app: 'string', id: 'string', enabled: 'bool', grants: 'list', scopes: 'list', users: 'int', everyone: 'bool' },
    does: 'read',
  },
  'oauth.revoke-grant': {
    summary: 'Takes grants of an application back.',
    inputs: { app: { type: 'string' }, grants: { type: 'list' }, system: { type: 'string', optional: true } },
    outputs: { receipt: 'string', target: 'string' },
    does: 'effect',
    undo: 'oauth.restore-grant',
  },
  'oauth.restore-grant': {
    summary: 'Grants again what was taken back.',
    inputs: {
      receipt: { type: 'string' },
      app: { type: 'string', optional: true },
      grants: { type: 'list', optional: true },
      system: { type: 'string', optional: true },
    },
    outputs: { target: 'string', restored: 'bool' },
    does: 'effect',
  },
  'oauth.disable-app': {
    summary: 'Shuts an application out: it gets no tokens.',
    inputs: { app: { type: 'string' }, system: { type: 'string', optional: true } },
    outputs: { receipt: 'string', target: 'string' },
    does: 'effect',
    undo: 'oauth.enable-app',
  },
  'oauth.enable-app': {
    summary: 'Puts an application back to what it was.',
    inputs: { receipt: { type: 'string' }, app: { type: 'string', optional: true }, system: { type: 'string', optional: true } },
    outputs: { target: 'string', restored: 'bool' },
    does: 'effect',
  },
  'system.check': {
    summary: 'Whether an outside system is reached and takes our credentials.',
    inputs: { system: { type: 'string' } },
    outputs: { kind: 'string', says: 'map', capabilities: 'list' },
    does: 'read',
  },
  'incident.note': {
    summary: 'Adds a note to the incident of this run.',
    inputs: { text: { type: 'string' } },
    outputs: {},
    does: 'record',
  },
  // 8 report
  'report.write': {
    summary: 'Writes the report of what was required, enforced, violated and repaired, with ledger ids.',
    inputs: { policy: { type: 'string', optional: true } },
    outputs: { report: 'string', html: 'string', json: 'string' },
    does: 'record',
  },
  'control.noop': {
    summary: 'Does nothing and answers with its input: for measuring and for trying playbooks out.',
    inputs: { value: { type: 'any', optional: true } },
    outputs: { value: 'any' },
    does: 'read',
    quick: true,
  },
} as const satisfies Record<string, ActionSpec>;

export type ActionName = keyof typeof actions;
