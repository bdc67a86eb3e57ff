/** What the playbook puts before the voters; and, last and labelled, text that came from outside or from a program. */
import type { ReactElement } from 'react';
import type { Approval } from '../../../api/contract/approvals.ts';
import type { Json } from '../../../domain/json.ts';
import { Section } from '../../look/page.tsx';
import { isProse, Values } from './value.tsx';
import css from './approval.module.css';

export function Facts({ approval: { facts } }: { readonly approval: Approval }): ReactElement | null {
  const plain = Object.fromEntries(Object.entries(facts).filter(([, value]) => !isProse(value)));
  if (Object.keys(plain).length === 0) return null;
  return (
    <Section title="Facts" aside="gathered by the run before it asked">
      <Values of={plain} label="Facts" />
    </Section>
  );
}

/** From the facts and from what the effects carry. */
export function Prose({ approval: { facts, plan } }: { readonly approval: Approval }): ReactElement | null {
  const all: readonly (readonly [string, Json])[] = [
    ...Object.entries(facts),
    ...plan.effects.flatMap(({ step, params }) => Object.entries(params).map(([name, value]) => [`${step}: ${name}`, value] as const)),
  ];
  const texts = all.filter((entry): entry is readonly [string, string] => isProse(entry[1]));
  if (texts.length === 0) return null;
  return (
    <Section title="Text that no person checked" aside="from outside or from a program; decide by the facts above">
      <div className={css['prose']}>
        {texts.map(([name, text]) => (
          <figure key={name}>
            <figcaption>{name.replaceAll('_', ' ')}</figcaption>
            <blockquote>{text}</blockquote>
          </figure>
        ))}
      </div>
    </Section>
  );
}
