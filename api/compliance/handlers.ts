/** Compliance: what is claimed for controls, and what was seen of it; as pages and as exports. */
import { byFramework } from '../../domain/compliance/assess.ts';
import type { AssessedControl } from '../../domain/compliance/assess.ts';
import { statusRules } from '../../domain/compliance/effectiveness.ts';
import { assessmentResults } from '../../domain/compliance/export/oscal.ts';
import { controlsCsv } from '../../domain/compliance/export/csv.ts';
import { EdictError } from '../../domain/errors.ts';
import { assessments } from './assessment.ts';
import type { ControlSummary } from '../contract/compliance/compliance.ts';
import type { HandlerDeps, HandlersOf } from '../handler.ts';
import { sent } from '../handler.ts';

type Names =
  | 'compliance.frameworks'
  | 'compliance.controls'
  | 'compliance.control'
  | 'compliance.export'
  | 'compliance.csv'
  | 'compliance.oscal';
type Wanted = { readonly framework?: string | undefined; readonly status?: string | undefined; readonly text?: string | undefined };

export function complianceHandlers({ store, clock, version }: HandlerDeps): HandlersOf<Names> {
  const assessment = assessments(store, clock);
  return {
    'compliance.frameworks': async () => {
      const { at, since, controls } = await assessment();
      return { at, since, rules: statusRules, items: byFramework(controls) };
    },
    'compliance.controls': async ({ query }) => {
      const { at, since, controls } = await assessment();
      return { at, since, items: wanted(controls, query).map(summary) };
    },
    'compliance.control': async ({ params }) => {
      const found = (await assessment()).controls.find(({ control }) => control === params.control);
      if (found === undefined) throw unknownControl(params.control);
      return { ...found, rule: statusRules[found.status] };
    },
    'compliance.export': async ({ query }) => {
      const { at, since, controls } = await assessment();
      return { at, since, items: wanted(controls, query).map((control) => ({ ...control, rule: statusRules[control.status] })) };
    },
    'compliance.oscal': async () => assessmentResults({ version, ...(await assessment()) }),
    'compliance.csv': async ({ query, reply }) => {
      const text = controlsCsv(wanted((await assessment()).controls, query));
      void reply.header('content-disposition', 'attachment; filename="edict-controls.csv"').type('text/csv; charset=utf-8').send(text);
      return sent;
    },
  };
}

function wanted(controls: readonly AssessedControl[], { framework, status, text }: Wanted): readonly AssessedControl[] {
  const sought = text?.toLowerCase();
  return controls.filter(
    (one) =>
      (framework === undefined || one.framework === framework) &&
      (status === undefined || one.status === status) &&
      (sought === undefined || `${one.control} ${one.title}`.toLowerCase().includes(sought)),
  );
}

function summary({ control, framework, title, status, holds, fails, unseen, evidence, via }: AssessedControl): ControlSummary {
  return { control, framework, title, status, holds, fails, unseen, evidence, via };
}

function unknownControl(control: string): EdictError {
  return new EdictError('not-found', `there is no control \`${control.slice(0, 128)}\``, {
    expected: 'one that a framework has, or that a policy or a playbook cites',
    help: '`edict compliance controls` lists them',
  });
}
