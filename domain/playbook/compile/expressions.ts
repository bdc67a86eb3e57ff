/**
 * Checks expressions at compile time: that they parse, that each name is known and has a value by then, and that types fit as
 * far as cel-js's checker knows them. Step ids with `-` are written with `_` in the plan's CEL.
 */
import type { Environment } from '@marcbachmann/cel-js';
import { EdictError } from '../../errors.ts';
import type { Json } from '../../json.ts';
import { celEnvironment, parseExpression } from '../expression.ts';
import type { Catalogue } from '../publishing/catalogue.ts';
import type { Cel, Template } from '../plan.ts';
import { parseDuration } from '../duration.ts';
import type { SourcePlaybook, SourceStep } from '../playbook.schema.ts';
import { suggest } from '../suggest.ts';
import { parseTemplate } from '../template.ts';
import { hasOperands, rangeStart, refusedAt, wordAt } from './cel-place.ts';
import type { Issue, SourcePath } from './source.ts';
import { celTypes, resultSchema, schemaOf, schemaOr, signalSchema } from './step-schema.ts';
import { isAction, reservedRoots, type Survey } from './survey.ts';

export type Names = {
  /** Steps that have run by then. */
  readonly visible: ReadonlySet<string>;
  readonly loopNames: readonly string[];
  /** The action whose `result` may be read. */
  readonly resultOf?: string | undefined;
};

export type Checker = {
  /** The name of what is compiled. */
  readonly playbook: string;
  /** The playbooks that it may call, where they are known. */
  readonly known: Catalogue | undefined;
  readonly survey: Survey;
  readonly environment: Environment;
  /** Step, as expressions name it → the names that it gives. */
  readonly given: ReadonlyMap<string, readonly string[]>;
  readonly hyphened: RegExp | undefined;
  readonly issues: Issue[];
};

type Place = { readonly at: SourcePath; readonly step?: string | undefined; readonly expect?: readonly string[] | undefined };

export const celName = (id: string): string => id.replaceAll('-', '_');

export function checkerOf(playbook: SourcePlaybook, survey: Survey, known?: Catalogue): Checker {
  const base = baseEnvironment(playbook, survey);
  // A copy is cheap, a new one is not; what was copied takes no more names.
  const environment = base.clone();
  const hyphened = hyphenedIn(survey);
  const given = new Map<string, readonly string[]>();
  for (const step of survey.steps.values()) {
    const schema = schemaOf(step, { known, base, environment, celOf: (text) => withoutHyphens(text, hyphened) });
    environment.registerVariable({ name: celName(step.id), ...(schema ? { schema } : { type: 'dyn' }) });
    given.set(celName(step.id), Object.keys(schema ?? {}));
  }
  return {
    playbook: playbook.playbook,
    known,
    survey,
    environment,
    given,
    issues: [],
    hyphened,
  };
}

/** All names but those of steps. */
function baseEnvironment(playbook: SourcePlaybook, { loopNames }: Survey): Environment {
  const environment = celEnvironment(false);
  const inputs = Object.fromEntries(Object.entries(playbook.inputs).map(([name, { type }]) => [name, celTypes[type]]));
  environment.registerVariable({ name: 'inputs', ...schemaOr(inputs) });
  environment.registerVariable({ name: 'signal', schema: signalSchema });
  environment.registerVariable({ name: 'run', schema: { id: 'string', requester: 'string', incident: 'string' } });
  environment.registerVariable('incident', 'string');
  environment.registerVariable('index', 'int');
  for (const name of loopNames) environment.registerVariable(name, 'dyn');
  return environment;
}

/** Texts, which stay as they are, and ids with `-`, the longest first. */
function hyphenedIn({ steps }: Survey): RegExp | undefined {
  const ids = [...steps.keys()].filter((id) => id.includes('-')).toSorted((a, b) => b.length - a.length);
  if (ids.length === 0) return undefined;
  return new RegExp(`"(?:[^"\\\\]|\\\\.)*"|'(?:[^'\\\\]|\\\\.)*'|(?<![\\w.-])(?:${ids.join('|')})(?![\\w-])`, 'g');
}

function withoutHyphens(text: string, hyphened: RegExp | undefined): Cel {
  return hyphened ? text.replace(hyphened, (match) => (/^["']/.test(match) ? match : celName(match))) : text;
}

/** The CEL text for the plan. Faults go to `issues`. */
export function compileCel(checker: Checker, text: string, names: Names, place: Place): Cel {
  const cel = withoutHyphens(text, checker.hyphened);
  const fault = faultOf(checker, cel, names, place);
  if (fault)
    checker.issues.push({
      code: 'expression-invalid',
      at: place.at,
      within: { piece: text, offset: fault.offset ?? 0 },
      text: place.step === undefined ? fault.text : `${fault.text} in step \`${place.step}\``,
      help: fault.help,
    });
  return cel;
}

/** As far as the checker knows it. */
export function celTypeOf(checker: Checker, cel: Cel): string | undefined {
  const { valid, type } = checker.environment.check(cel);
  return valid ? type?.replace(/<.*$/, '') : undefined;
}

/** As compileCel, for a value with `${ … }` in it. `expect` is checked where the value is one expression or a literal. */
export function compileTemplate(checker: Checker, value: Json, names: Names, place: Place): Template {
  try {
    const whole = typeof value === 'string' && /^\$\{[^$]*\}$/.test(value);
    const inner = { ...place, expect: whole ? place.expect : undefined };
    const template = parseTemplate(value, (text) => compileCel(checker, text, names, inner));
    checkLiteral(checker, template, place);
    return template;
  } catch (error) {
    if (!(error instanceof EdictError)) throw error;
    const within = typeof value === 'string' ? { piece: value, offset: Math.max(0, value.lastIndexOf('${')) } : undefined;
    checker.issues.push({ code: 'expression-invalid', at: place.at, within, text: error.message, help: error.help });
    return { is: 'value', value: null };
  }
}

/** `offset`: where in the expression; a hyphen that became `_` keeps its place. */
type CelFault = { readonly text: string; readonly help?: string | undefined; readonly offset?: number | undefined };

function faultOf(checker: Checker, cel: string, names: Names, place: Place): CelFault | undefined {
  try {
    for (const root of parseExpression(cel).roots) {
      const fault = rootFault(checker, root, { names, step: place.step, bare: root === cel.trim() });
      if (fault) return { ...fault, offset: wordAt(cel, root) };
    }
  } catch (error) {
    if (error instanceof EdictError) return { text: error.message, help: error.help, offset: refusedAt(cel, error) };
    throw error;
  }
  const fault = typeFault(environmentFor(checker, names), cel, place.expect);
  return fault && { ...fault, help: fault.help ?? keyHelp(checker, cel, fault.text) };
}

/** What a step gives that is near to what was asked of it. */
function keyHelp({ given }: Checker, cel: string, message: string): string | undefined {
  const key = /no such key: (\w+)/.exec(message)?.[1];
  const root = key === undefined ? undefined : new RegExp(`(\\w+)\\.${key}\\b`).exec(cel)?.[1];
  const near = key === undefined || root === undefined ? undefined : suggest(key, given.get(root) ?? []);
  return near === undefined ? undefined : `did you mean \`${near}\`?`;
}

function typeFault(environment: Environment, cel: string, expect: readonly string[] | undefined): CelFault | undefined {
  const { valid, type, error } = environment.check(cel);
  if (!valid) {
    const why = error?.message.split('\n')[0] ?? 'does not type';
    return { text: `\`${cel}\` @: ${why.replace(/^./, (letter) => letter.toLowerCase())}`, offset: rangeStart(error) };
  }
  const unknown = unknownInHas(environment, cel);
  if (unknown) return unknown;
  if (expect && type !== undefined && type !== 'dyn' && !expect.includes(type.replace(/<.*$/, '')))
    return { text: `\`${cel}\` @ is of type ${type.replace(/^\$/, '')}`, help: `${expect[0]} is needed` };
  return undefined;
}

/** `has` of what can never be there is a mistyped name, and would be false for ever. */
function unknownInHas(environment: Environment, cel: string): CelFault | undefined {
  if (!/\bhas\s*\(/.test(cel)) return undefined;
  for (const { start, end } of hasOperands(parseExpression(cel).ast)) {
    const { valid, error } = environment.check(cel.slice(start, end));
    const why = error?.message.split('\n')[0] ?? '';
    if (!valid && /^no such key/i.test(why))
      return { text: `\`${cel}\` @: ${why.replace(/^./, (letter) => letter.toLowerCase())}`, offset: start + (rangeStart(error) ?? 0) };
  }
  return undefined;
}

function environmentFor(checker: Checker, { resultOf }: Names): Environment {
  if (resultOf === undefined || !isAction(resultOf)) return checker.environment;
  return checker.environment.clone().registerVariable(resultSchema(resultOf));
}

function rootFault(
  checker: Checker,
  root: string,
  { names, step, bare }: { readonly names: Names; readonly step: string | undefined; readonly bare: boolean },
): { readonly text: string; readonly help?: string | undefined } | undefined {
  if (
    root === 'result'
      ? names.resultOf !== undefined
      : root === 'index'
        ? names.loopNames.length > 0
        : (reservedRoots as readonly string[]).includes(root)
  )
    return undefined;
  if (names.loopNames.includes(root)) return undefined;
  const known = root.replaceAll('_', '-');
  if (checker.survey.steps.has(known)) {
    if (names.visible.has(known)) return undefined;
    return {
      text: `step \`${known}\` @ has not run for certain${step === undefined ? '' : ' by then'}`,
      help: 'only steps before it, on the same road, can be read',
    };
  }
  const near = suggest(root, [...reservedRoots, ...names.loopNames, ...checker.survey.steps.keys()]);
  if (near !== undefined) return { text: `unknown name \`${root}\``, help: `did you mean \`${near}\`?` };
  return { text: `unknown name \`${root}\``, help: bare ? `for text write \`'"${root}"'\`` : undefined };
}

const literalTypes: { readonly [celType: string]: (value: Json) => boolean } = {
  string: (value) => typeof value === 'string',
  int: (value) => Number.isSafeInteger(value),
  double: (value) => typeof value === 'number',
  bool: (value) => typeof value === 'boolean',
  list: (value) => Array.isArray(value),
  map: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

function checkLiteral(checker: Checker, template: Template, { at, step, expect }: Place): void {
  if (!expect || template.is === 'cel') return;
  const fits = (type: string): boolean => {
    if (template.is === 'value') return literalTypes[type]?.(template.value) ?? true;
    return template.is === 'text' ? type === 'string' : template.is === type;
  };
  if (!expect.some(fits))
    checker.issues.push({ code: 'playbook-invalid', at, text: `\`${at.at(-1)}\` of step \`${step}\` @ is not of type ${expect[0]}` });
}

/** What expressions see of every step: no value of its own may hide it. */
const ofEveryStep = ['ok', 'status', 'error', 'lease'] as const;

/** The values of `set` and `outputs`; with `resultOf`, checked against `result` of that action. */
export function compileValues(
  checker: Checker,
  source: SourceStep,
  at: SourcePath,
  names: Names,
): { readonly [name: string]: Cel } | undefined {
  const values = source.set ?? source.outputs;
  if (!values) return undefined;
  return Object.fromEntries(
    Object.entries(values).map(([name, text]) => {
      if ((ofEveryStep as readonly string[]).includes(name))
        checker.issues.push({
          code: 'playbook-invalid',
          at: [...at, name],
          text: `value \`${name}\` of step \`${source.id}\` @ would hide what every step has`,
          help: `other names than ${ofEveryStep.join(', ')}`,
        });
      return [name, compileCel(checker, text, names, { at: [...at, name], step: source.id })];
    }),
  );
}

/** A literal duration is checked at once; one with expressions when it is evaluated. */
export function checkDuration(checker: Checker, text: string, { at, step }: Place): void {
  if (text.includes('${')) return;
  try {
    parseDuration(text);
  } catch (error) {
    if (!(error instanceof EdictError)) throw error;
    checker.issues.push({ code: 'playbook-invalid', at, text: `${error.message} in step \`${step}\``, help: error.expected });
  }
}
