/** A control in words. */
import type { Control, ControlNeed, ControlStatus } from '../../../api/contract/compliance/compliance.ts';
import { style } from '../../output.ts';

export const statusWords: Readonly<Record<ControlStatus, string>> = {
  effective: 'effective',
  partly: 'partly',
  'not-effective': 'not effective',
  'no-evidence': 'no evidence',
};

const marks: Readonly<Record<ControlNeed['state'], string>> = {
  holds: style.green('holds '),
  fails: style.red('fails '),
  unseen: style.yellow('unseen'),
};

export function controlWords({ control, title, status, rule, claims, planned, via }: Control): string {
  const lines = [`${style.bold(control)} ${title}`.trimEnd(), `${statusWords[status]}: ${rule}`];
  for (const claim of claims) {
    lines.push('', `${claim.kind} ${style.bold(claim.id)} ${claim.title}`.trimEnd());
    for (const { state, text, found, evidence, rows } of claim.needs) {
      const links = evidence.slice(0, 3).map(({ kind, id }) => `${kind}/${id}`);
      const more = rows > links.length ? ` and ${rows - links.length} more` : '';
      lines.push(`  ${marks[state]}  ${text}`, style.dim(`          ${found}${links.length === 0 ? '' : ` · ${links.join(' ')}${more}`}`));
    }
  }
  if (planned.length > 0) lines.push('', `planned by ${planned.join(', ')}, which were never in force`);
  if (via.length > 0) lines.push('', style.dim(`seen through ${via.join(', ')}`));
  return lines.join('\n');
}
