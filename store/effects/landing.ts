/**
 * An effect has landed at a point, or was given back there: the effect's row, what should be in force at the point, what was seen there and
 * every row of the chain, in one transaction. A process that dies finds all of it or none, and asks the point.
 */
import { sql } from 'kysely';
import { canonicalJson, digestOf, digestOfText } from '../../domain/digest.ts';
import { EdictError } from '../../domain/errors.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { AuditEntry } from '../chain/append.ts';
import type { RecordedChange } from '../chain/change.ts';
import type { RecordedStatement } from '../chain/statement.ts';
import type { Tx } from '../postgres/database.ts';
import type { Effects, EffectStatus, PointRow } from '../port.ts';

type Landed = Parameters<Effects['landed']>[0];
type Given = Parameters<Effects['givenBack']>[0];
type Record = (entry: AuditEntry) => void;

export function landingMethods(change: RecordedChange, statement: RecordedStatement): Pick<Effects, 'landed' | 'givenBack'> {
  return {
    landed: (landing) => land(statement, landing),
    givenBack: async (given) => void (await change((tx, record) => giveBack(tx, record, given))),
  };
}

/** INVARIANT: an attempt that was given up for dead changes no row of an effect that is over. */
const open: readonly EffectStatus[] = ['intended', 'applied', 'uncertain'];

async function land(statement: RecordedStatement, { key, receipt, last, point }: Landed): Promise<{ readonly status: EffectStatus }> {
  const texts = { receipt: canonicalJson(receipt), desired: canonicalJson(point.desired), observed: canonicalJson(point.observed) };
  const values = [canonicalJson(documentOf({ key, last, point }, texts)), texts.receipt, texts.desired, texts.observed];
  const [answer] = await statement<{ before: EffectStatus | null; point_known: boolean }>('effect_land', values);
  const { before, point_known: known } = answer ?? { before: null, point_known: true };
  if (!known) throw new EdictError('enforcement-point-unknown', `there is no enforcement point \`${point.name}\``);
  if (before !== null && open.includes(before)) return { status: last ? 'confirmed' : before };
  if (before === 'confirmed') return { status: before };
  throw new EdictError('effect-state-wrong', `the effect \`${key}\` is ${before ?? 'unknown'} and cannot land`, { where: `effect/${key}` });
}

const healths: readonly PointRow['health'][] = ['unknown', 'in-force', 'drifted', 'unreachable'];

type Texts = { readonly receipt: string; readonly desired: string; readonly observed: string };

function documentOf({ key, last, point }: Omit<Landed, 'receipt'>, texts: Texts): JsonObject {
  const { name, desired, health } = point;
  const seen = digestOfText(texts.observed);
  return {
    key,
    last,
    point: name,
    health,
    by: `system:effect/${key}`,
    subject: `effect/${key}`,
    pointSubject: `point/${name}`,
    applied: { point: name, receipt: digestOfText(texts.receipt) },
    desiredDetail: desiredDetail(desired, texts.desired),
    healthDetail: Object.fromEntries(healths.map((from) => [from, { from, to: health, observed: seen }])),
  };
}

function desiredDetail({ artifact, policyVersions, isolations }: PointRow['desired'], text: string): JsonObject {
  return { artifact: artifact ?? null, policyVersions, isolations: isolations.length, desired: digestOfText(text) };
}

async function giveBack(tx: Tx, record: Record, { key, last, by, point }: Given): Promise<void> {
  if (last) {
    const { rows } = await sql<{ before: EffectStatus }>`
      update effects set status = 'undone', undone_at = coalesce(effects.undone_at, clock_timestamp()), retry_by = null
      from (select key, status from effects where key = ${key} for update) old
      where effects.key = old.key and old.status <> 'denied'
      returning old.status as before`.execute(tx);
    if (rows[0] !== undefined && rows[0].before !== 'undone')
      record({ actor: by, event: 'effect-undone', subject: `effect/${key}`, detail: {} });
  }
  await writePoint(tx, record, { ...point, by: `system:undo/${key}` });
}

type PointWrite = {
  readonly name: string;
  readonly desired: PointRow['desired'];
  readonly observed: JsonObject;
  readonly health: PointRow['health'];
  readonly by: string;
};

async function writePoint(tx: Tx, record: Record, { name, desired, observed, health, by }: PointWrite): Promise<void> {
  const text = canonicalJson(desired);
  const { rows } = await sql<{ desired: Json; health: PointRow['health'] }>`
    update points set desired = ${text}::json, observed = ${canonicalJson(observed)}::json, health = ${health}, updated_at = clock_timestamp()
    from (select name, desired, health from points where name = ${name} for update) old
    where points.name = old.name
    returning old.desired, old.health`.execute(tx);
  const [old] = rows;
  if (old === undefined) throw new EdictError('enforcement-point-unknown', `there is no enforcement point \`${name}\``);
  const subject = `point/${name}`;
  if (canonicalJson(old.desired) !== text) {
    record({ actor: by, event: 'point-desired-set', subject, detail: desiredDetail(desired, text) });
  }
  if (old.health !== health)
    record({
      actor: 'system:monitor',
      event: 'point-health-changed',
      subject,
      detail: { from: old.health, to: health, observed: digestOf(observed) },
    });
}
