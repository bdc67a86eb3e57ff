/** The mapping file of an import, in YAML: which command of a foreign playbook is which action of ours. Never imported by workflows. */
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { EdictError } from '../../errors.ts';

/** Who is asked to do what is no action: `expires` where the document has no deadline. */
const person = z.strictObject({
  roles: z.array(z.string().min(1).max(64)).min(1).max(20).optional(),
  people: z.array(z.string().min(1).max(128)).min(1).max(50).optional(),
  expires: z.string().optional(),
  remind: z.array(z.string()).max(20).optional(),
});

const rule = z
  .strictObject({
    /** The command's type; any where it is not given. */
    type: z.string().min(1).max(64).optional(),
    /** The command's whole text; `*` is any text, which `$1`, `$2` … give again. */
    match: z.string().min(1).max(2_000),
    action: z.string().min(1).max(100).optional(),
    /** Instead of an action: a task for a person. */
    manual: z.union([z.literal(true), person]).optional(),
    /** Values as in a playbook, with `$1`…, `$target`, `$agent`, `$command`, and CACAO variables. */
    with: z.record(z.string(), z.json()).default({}),
    /** CACAO variable → CEL over `result`. */
    outputs: z.record(z.string().regex(/^__[A-Za-z][\w-]*__$/, 'must be a variable such as `__verdict__`'), z.string().min(1)).default({}),
    undo: z.string().optional(),
    reason: z.string().optional(),
    lease: z.string().optional(),
    timeout: z.string().optional(),
    retry: z.strictObject({ attempts: z.int().min(1).max(100), backoff: z.string().optional() }).optional(),
  })
  .refine((value) => (value.action === undefined) !== (value.manual === undefined), 'must have either `action` or `manual`');

/** A playbook of ours, as `name` or `name@1.2.x`. */
const called = z.string().regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*(@\d{1,6}\.(x|\d{1,6}\.(x|\d{1,6})))?$/, 'must be `name`, or `name@1.2.3`');

const mappingSchema = z.strictObject({
  commands: z.array(rule).max(1_000).default([]),
  /** Who does what no rule maps; `refuse`: nobody, such a document is refused. */
  manual: z.union([z.literal('refuse'), person]).optional(),
  /** Id of a CACAO playbook → the playbook of ours that it is. */
  playbooks: z.record(z.string(), called).optional(),
  /** Roles that may start it by hand. */
  start: z.array(z.string().min(1).max(64)).min(1).max(20).optional(),
});

export type MappedPerson = z.infer<typeof person>;
export type CacaoMapping = z.infer<typeof mappingSchema>;

/** Throws `input-invalid`. */
export function readMapping(text: string, file: string): CacaoMapping {
  const document = parseDocument(text);
  const [fault] = document.errors;
  if (fault)
    throw new EdictError('input-invalid', `\`${file}\` is not YAML: ${fault.message.split('\n')[0] ?? ''}`, { where: file, cause: fault });
  const parsed = mappingSchema.safeParse(plainOf(document, file));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new EdictError('input-invalid', `\`${file}\` is no mapping: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`, {
    where: file,
    expected: '`commands`, a list of `match` and `action` or `manual`',
  });
}

function plainOf(document: ReturnType<typeof parseDocument>, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch (cause) {
    throw new EdictError('input-invalid', `\`${file}\` has YAML aliases`, { where: file, expected: 'a mapping without aliases', cause });
  }
}
