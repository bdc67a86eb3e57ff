/** An artifact of VPC firewall rules back into decisions: both directions must say the same of every connection. */
import { unreadable } from '../cloud/reading.ts';
import { followers } from '../cloud/sessions.ts';
import { agreeing } from '../cloud/two-ways.ts';
import type { Artifact, ReadRule } from '../target.ts';
import { parseGcp } from './parse.ts';
import { rulesOf } from './read-rules.ts';

const file = 'firewall-rules.json';

export function readGcp({ target, files }: Artifact): readonly ReadRule[] {
  const { [file]: text, ...others } = files;
  if (target !== 'gcp-firewall' || text === undefined || Object.keys(others).length > 0)
    throw unreadable(`files \`${Object.keys(files).join(' ')}\` of a ${target} artifact`, `${file} alone`, { file, line: 1 });
  const document = parseGcp(text, file);
  if (document.kind !== 'rules') throw unreadable('a firewall policy', 'VPC firewall rules', { file, line: 1 });
  const names = document.rules.map(({ name }) => name);
  const twice = document.rules.find(({ name }, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw unreadable(`rule \`${twice.name}\`, which is there twice`, 'each name once', twice.place);
  return [followers, ...agreeing(rulesOf(document, 'INGRESS'), rulesOf(document, 'EGRESS'), file)];
}
