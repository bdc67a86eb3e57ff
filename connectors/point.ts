/**
 * What every connector does the same way, over a driver that knows one kind of point. The point itself remembers what was
 * last applied to it, by which key, and what was in force before: so an apply that is repeated after a lost answer, by any
 * process, finds its own work, does nothing twice and gives back the same receipt.
 */
import type { PointPermission } from '../domain/enforcement/question.ts';
import { EdictError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import { printAccessRequest, printAiRequest } from '../domain/policy/access/request-text.ts';
import type { Request } from '../domain/policy/model.ts';
import type { Artifact, TargetName } from '../domain/policy/targets/target.ts';
import type { CallOptions, Connector, ConnectorKind, Desired, Isolation, Observed, ProbeOutcome, Receipt } from './connector.ts';
import { withDeadline, type Deadline } from './deadline.ts';
import { checkIsolations, missingFrom, nothingDesired, sameIsolations, stepsBetween, withoutChange, type DesiredRef } from './desired.ts';

/** Kept at the point beside what it is about. */
export type Applied = DesiredRef & { readonly key: string; readonly before: DesiredRef };

export type Reading = {
  /** Undefined where nothing was ever applied, or where the record is gone or cannot be read. */
  readonly applied: Applied | undefined;
  readonly artifactDigest: string | undefined;
  readonly isolationKeys: readonly string[];
  /** Whether the content is what `applied` stands for; for a point without a record, whether it is empty. */
  readonly intact: boolean;
  readonly facts: JsonObject;
};

export type Write = {
  readonly applied: Applied;
  readonly artifact: Artifact | undefined;
  /** Isolations that were not in force before. */
  readonly added: readonly Isolation[];
};

export type Driver = {
  readonly kind: ConnectorKind;
  readonly point: string;
  readonly target: TargetName;
  /** False where the point knows no connections, and so no host that is cut off; true unless told. */
  readonly isolates?: boolean | undefined;
  readonly timeoutMs: number;
  readonly read: (deadline: Deadline) => Promise<Reading>;
  /** Whole state, atomically. */
  readonly write: (write: Write, deadline: Deadline) => Promise<void>;
  readonly probe: (requests: readonly Request[], deadline: Deadline) => Promise<readonly ProbeOutcome[]>;
  readonly permissions: (deadline: Deadline) => Promise<readonly PointPermission[]>;
  readonly close: () => Promise<void>;
};

/** Finds an artifact by its digest; the store has them all. */
export type ArtifactSource = (digest: string) => Promise<Artifact | undefined>;

type Point = { readonly driver: Driver; readonly artifacts: ArtifactSource; readonly known: Map<string, Artifact> };

export function createConnector(driver: Driver, artifacts: ArtifactSource): Connector {
  const point: Point = { driver, artifacts, known: new Map() };
  const oneByOne = createQueue();
  const timed = <T>(verb: string, options: CallOptions | undefined, work: (deadline: Deadline) => Promise<T>) =>
    withDeadline(`${verb} at ${driver.point}`, { signal: options?.signal, timeoutMs: options?.timeoutMs ?? driver.timeoutMs }, work);
  return {
    kind: driver.kind,
    point: driver.point,
    plan: (desired, options) => timed('plan', options, (deadline) => plan(point, desired, deadline)),
    apply: (desired, key, options) => timed('apply', options, (deadline) => oneByOne(() => apply(point, desired, key, deadline))),
    observe: (options) => timed('observe', options, async (deadline) => observedOf(await driver.read(deadline))),
    probe: (request, options) => timed('probe', options, (deadline) => probeOne(point, request, deadline)),
    probeMany: (requests, options) => timed('probe', options, (deadline) => driver.probe(requests, deadline)),
    permissions: (options) => timed('permissions', options, driver.permissions),
    undo: (receipt, options) => timed('undo', options, (deadline) => oneByOne(() => undo(point, receipt, deadline))),
    close: driver.close,
  };
}

async function plan({ driver }: Point, desired: Desired, deadline: Deadline) {
  checkDesired(driver, desired);
  const reading = await driver.read(deadline);
  const target = refOf(desired);
  if (isAs(reading, target)) return { steps: [] };
  const steps = stepsBetween(reading.applied ?? nothingDesired, target);
  return { steps: reading.intact ? steps : ['replace content that is not what was applied', ...steps] };
}

async function apply(point: Point, desired: Desired, key: string, deadline: Deadline): Promise<Receipt> {
  checkDesired(point.driver, desired);
  if (desired.artifact !== undefined) point.known.set(desired.artifact.digest, desired.artifact);
  const reading = await point.driver.read(deadline);
  const target = refOf(desired);
  const before = beforeOf(reading, key);
  const observed = isAs(reading, target)
    ? observedOf(reading)
    : await put(point, { applied: { ...target, key, before }, artifact: desired.artifact, added: addedTo(reading, target) }, deadline);
  return { key, before: await wholeOf(point, before), after: desired, observed };
}

async function undo(point: Point, receipt: Receipt, deadline: Deadline): Promise<Observed> {
  const reading = await point.driver.read(deadline);
  const after = refOf(receipt.after);
  const current = reading.applied === undefined ? after : bare(reading.applied);
  const target = withoutChange(current, refOf(receipt.before), after);
  if (isAs(reading, target)) return observedOf(reading);
  const artifact = await artifactOf(point, target.artifact, receipt.before.artifact);
  const applied = { ...target, key: `${receipt.key}/undo`, before: current };
  return put(point, { applied, artifact, added: addedTo(reading, target) }, deadline);
}

/** Applied means observed. */
async function put({ driver }: Point, write: Write, deadline: Deadline): Promise<Observed> {
  deadline.check();
  await driver.write(write, deadline);
  const after = await driver.read(deadline);
  if (isAs(after, write.applied)) return observedOf(after);
  throw new EdictError('effect-unverified', `\`${driver.point}\` took the change, but does not show it`, {
    where: driver.point,
    expected: `artifact ${write.applied.artifact ?? 'none'} and ${write.applied.isolations.length} isolations, intact`,
    help: `it shows artifact ${after.artifactDigest ?? 'none'}, ${after.isolationKeys.length} isolations, ${after.intact ? 'intact' : 'changed by someone else'}`,
  });
}

async function probeOne({ driver }: Point, request: Request, deadline: Deadline) {
  const [outcome] = await driver.probe([request], deadline);
  if (outcome?.probe !== undefined) return outcome.probe;
  const reason = outcome?.reason ?? 'no answer';
  throw new EdictError('probe-unsupported', `${told(request)} cannot be tried at \`${driver.point}\`: ${reason}`);
}

function told(request: Request): string {
  if (request.kind === 'network') return `${request.from} → ${request.to}`;
  return request.kind === 'ai' ? printAiRequest(request) : printAccessRequest(request);
}

/** A repeated key keeps the state before its first try. */
function beforeOf({ applied }: Reading, key: string): DesiredRef {
  if (applied === undefined) return nothingDesired;
  return applied.key === key ? applied.before : bare(applied);
}

function bare({ artifact, isolations }: DesiredRef): DesiredRef {
  return { artifact, isolations };
}

function addedTo(reading: Reading, target: DesiredRef): readonly Isolation[] {
  return missingFrom(reading.applied?.isolations ?? [], target.isolations);
}

async function wholeOf(point: Point, ref: DesiredRef): Promise<Desired> {
  if (ref.artifact === undefined) return { artifact: undefined, isolations: ref.isolations };
  const found = await find(point, ref.artifact);
  // An artifact that nobody has any more is named by its digest: an undo to it then says that it is missing.
  const named: Artifact = { target: point.driver.target, digest: ref.artifact as Artifact['digest'], files: {}, sizeBytes: 0 };
  return { artifact: found ?? named, isolations: ref.isolations };
}

async function artifactOf(point: Point, digest: string | undefined, given: Artifact | undefined): Promise<Artifact | undefined> {
  if (digest === undefined) return undefined;
  if (given?.digest === digest && Object.keys(given.files).length > 0) return given;
  const found = await find(point, digest);
  if (found !== undefined) return found;
  throw new EdictError(
    'effect-failed',
    `artifact \`${digest}\`, which was in force at \`${point.driver.point}\` before, is not known any more`,
  );
}

async function find({ known, artifacts }: Point, digest: string): Promise<Artifact | undefined> {
  return known.get(digest) ?? (await artifacts(digest));
}

function isAs(reading: Reading, target: DesiredRef): boolean {
  const held = reading.applied ?? nothingDesired;
  return (
    reading.intact &&
    reading.artifactDigest === target.artifact &&
    held.artifact === target.artifact &&
    sameIsolations(held.isolations, target.isolations)
  );
}

function refOf({ artifact, isolations }: Desired): DesiredRef {
  return { artifact: artifact?.digest, isolations };
}

function observedOf({ artifactDigest, isolationKeys, intact, facts }: Reading): Observed {
  return { artifactDigest, isolationKeys, intact, facts };
}

function checkDesired(driver: Driver, { artifact, isolations }: Desired): void {
  checkIsolations(isolations);
  if (isolations.length > 0 && driver.isolates === false)
    throw new EdictError('input-invalid', `no host can be isolated at \`${driver.point}\``, { expected: 'a point that sees connections' });
  if (artifact === undefined || artifact.target === driver.target) return;
  throw new EdictError('input-invalid', `an artifact of target \`${artifact.target}\` does not go to \`${driver.point}\``, {
    expected: `target ${driver.target}`,
  });
}

/** Changes of one point by this process come one after the other; across processes the store's lock sees to it. */
function createQueue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
}
