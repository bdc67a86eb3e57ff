/**
 * The one table of errors: code → HTTP status, whether the same call may succeed later, and the CLI's exit code.
 * API, CLI and activities read it. Messages are lowercase, name the user's input in backticks, and say where, what was
 * expected, and what to do.
 *
 * Exit codes: 2 bad input, 3 not found, 4 refused (rights, approval, signature), 5 conflict, 6 temporary, 70 defect.
 */
type ErrorKind = { readonly status: number; readonly retryable: boolean; readonly exit: number };

const badInput: ErrorKind = { status: 400, retryable: false, exit: 2 };
const unprocessable: ErrorKind = { status: 422, retryable: false, exit: 2 };
const notFound: ErrorKind = { status: 404, retryable: false, exit: 3 };
const unauthenticated: ErrorKind = { status: 401, retryable: false, exit: 4 };
const refused: ErrorKind = { status: 403, retryable: false, exit: 4 };
const conflict: ErrorKind = { status: 409, retryable: false, exit: 5 };
const temporary: ErrorKind = { status: 503, retryable: true, exit: 6 };
const defect: ErrorKind = { status: 500, retryable: false, exit: 70 };

export const errorTable = {
  // input
  'input-invalid': badInput,
  'input-too-large': { status: 413, retryable: false, exit: 2 },
  'input-type-unsupported': { status: 415, retryable: false, exit: 2 },
  'value-not-json': badInput,
  'not-found': notFound,
  conflict: conflict,
  'idempotency-key-reused': unprocessable,
  // context
  'inventory-invalid': unprocessable,
  'log-invalid': unprocessable,
  'stix-invalid': unprocessable,
  // policy
  'requirement-empty': badInput,
  'policy-invalid': unprocessable,
  'policy-name-unknown': unprocessable,
  'policy-state-wrong': conflict,
  'policy-questions-open': conflict,
  /** It allows more than the budget that it states. */
  'policy-budget-exceeded': conflict,
  'policy-timezones-mixed': unprocessable,
  'proof-failed': conflict,
  'artifact-unreadable': unprocessable,
  'target-unknown': badInput,
  'loss-not-accepted': conflict,
  // playbook
  'playbook-invalid': unprocessable,
  'expression-invalid': unprocessable,
  'expression-failed': unprocessable,
  'expression-budget-exceeded': unprocessable,
  /** The playbook itself says so, by a `fail` step. */
  'playbook-failed': unprocessable,
  'case-unmatched': unprocessable,
  'loop-bound-reached': unprocessable,
  /** A playbook that another one called ended otherwise than it should. */
  'child-failed': unprocessable,
  'playbooks-too-deep': unprocessable,
  'cacao-invalid': unprocessable,
  /** Well-formed, but with a part that playbooks of ours cannot say, or that nobody mapped. */
  'cacao-unsupported': unprocessable,
  'output-too-large': { status: 413, retryable: false, exit: 2 },
  'run-state-wrong': conflict,
  'order-missing': refused,
  'order-mismatch': refused,
  // approval
  'approval-closed': conflict,
  'approval-expired': refused,
  'approval-digest-changed': refused,
  'approval-by-requester': refused,
  'approval-role-missing': refused,
  'approval-vote-repeated': conflict,
  'approval-reason-missing': badInput,
  'approval-missing': refused,
  /** Nobody in force passed the right on that the vote claims. */
  'approval-delegation-missing': refused,
  'approval-not-narrower': badInput,
  'approval-review-rejected': refused,
  'break-glass-denied': refused,
  'review-closed': conflict,
  'statement-forged': refused,
  'statement-expired': refused,
  // tasks
  'task-closed': conflict,
  'task-expired': refused,
  'task-claimed': conflict,
  'task-role-missing': refused,
  // effects and enforcement
  /** The decision point before effects refused it: nothing was done. */
  'guard-denied': refused,
  'effect-failed': { status: 502, retryable: false, exit: 6 },
  'effect-state-wrong': conflict,
  'effect-unverified': { status: 502, retryable: false, exit: 6 },
  'enforcement-point-unknown': notFound,
  'enforcement-point-unreachable': temporary,
  'enforcement-point-refused': { status: 502, retryable: false, exit: 6 },
  'probe-unexpected': conflict,
  'probe-unsupported': unprocessable,
  // outside systems
  /** No system is configured that can do it: a playbook may ask a person instead. */
  'system-missing': notFound,
  'system-unreachable': temporary,
  'system-refused': { status: 502, retryable: false, exit: 6 },
  'system-object-missing': notFound,
  // signals
  'signature-missing': unauthenticated,
  'signature-invalid': unauthenticated,
  'signal-too-old': unauthenticated,
  'signal-invalid': badInput,
  'webhook-secret-missing': unauthenticated,
  // access
  'token-missing': unauthenticated,
  'token-invalid': unauthenticated,
  'access-denied': refused,
  /** The name or the password is wrong; which of them is not said. */
  'sign-in-refused': unauthenticated,
  /** Signed out, idle for too long, or ended from elsewhere. */
  'session-ended': unauthenticated,
  /** A page of another site may have sent it: the session’s own token, or its origin, is missing or wrong. */
  'request-forged': refused,
  /** Of high risk: whoever is signed in proves it once more first. */
  'step-up-needed': refused,
  'password-weak': unprocessable,
  'sign-in-link-invalid': unauthenticated,
  /** What the provider said does not hold, or says nothing of somebody known here. */
  'identity-refused': unauthenticated,
  'rate-limited': { status: 429, retryable: true, exit: 6 },
  // audit
  'audit-broken': conflict,
  'audit-unavailable': temporary,
  // the stack
  'engine-missing': temporary,
  'engine-checksum-wrong': refused,
  'port-in-use': conflict,
  'data-in-use': conflict,
  'data-incompatible': conflict,
  'backup-invalid': badInput,
  'dependency-unavailable': temporary,
  timeout: temporary,
  cancelled: conflict,
  defect: defect,
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof errorTable;

export type ErrorDetail = {
  /** Where the fault is: a JSON pointer, a `file:line:column`, a step id. */
  readonly where?: string | undefined;
  readonly expected?: string | undefined;
  /** What the reader can do about it. */
  readonly help?: string | undefined;
  readonly cause?: unknown;
};

export class EdictError extends Error {
  readonly code: ErrorCode;
  readonly where: string | undefined;
  readonly expected: string | undefined;
  readonly help: string | undefined;

  constructor(code: ErrorCode, message: string, detail: ErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = 'EdictError';
    this.code = code;
    this.where = detail.where;
    this.expected = detail.expected;
    this.help = detail.help;
  }
}

export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(errorTable, code);
}
