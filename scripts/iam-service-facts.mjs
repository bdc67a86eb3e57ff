/**
 * Writes domain/policy/iam/service-facts.ts: which resource types each action of an AWS service applies to, and the form of their ARNs.
 * The facts are those of AWS's Service Authorization Reference (docs.aws.amazon.com/service-authorization), as parliament's
 * `iam_definition.json` (github.com/duo-labs/parliament) has them in JSON.
 *
 *   node scripts/iam-service-facts.mjs path/to/parliament/iam_definition.json
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const services = [
  's3 ec2 iam sts rds lambda dynamodb sqs sns kms logs cloudwatch cloudtrail cloudformation secretsmanager ssm ecr ecs eks',
  'elasticloadbalancing autoscaling route53 apigateway execute-api kinesis glue athena redshift elasticache organizations guardduty',
  'securityhub config events states codebuild codecommit cognito-idp elasticfilesystem acm cloudfront elasticbeanstalk',
]
  .join(' ')
  .split(' ');

const definitions = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));

/** `function alias` is one word. */
const typeName = (name) => name.replaceAll(' ', '-');

function typesOf(parts) {
  const types = new Map();
  for (const { resource, arn } of parts.flatMap(({ resources }) => resources)) {
    const forms = arn
      .trim()
      .split(/\s+/u)
      .filter((form) => form !== '*')
      .map((form) =>
        form
          .replaceAll('${Partition}', '{partition}')
          .replace(/\$\{ObjectName\}/gu, '{any}')
          .replace(/\$\{[^}]*\}/gu, '{}'),
      );
    types.set(resource, [...new Set([...(types.get(resource) ?? []), ...forms])]);
  }
  return [...types].flatMap(([name, forms]) => forms.map((form) => `${typeName(name)}=${form}`)).join(' ');
}

function actionsOf(parts) {
  const byAction = new Map();
  for (const { privilege, resource_types: given } of parts.flatMap(({ privileges }) => privileges)) {
    const named = given.map(({ resource_type: type }) => type).filter((type) => type !== '');
    const some = named.some((type) => type.endsWith('*')) ? named : [...named, '*'];
    const held = byAction.get(privilege) ?? new Set();
    for (const type of some) held.add(type === '*' ? '*' : typeName(type.replace(/\*$/u, '')));
    byAction.set(privilege, held);
  }
  const bySet = new Map();
  for (const [action, types] of [...byAction].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const key = [...types].toSorted((a, b) => (a < b ? -1 : 1)).join(',');
    bySet.set(key, [...(bySet.get(key) ?? []), action]);
  }
  return [...bySet].map(([types, actions]) => `${types}:${actions.join(' ')}`).join('|');
}

const quoted = (text) => `'${text.replaceAll("'", "\\'")}'`;
const lines = services.map((service) => {
  const parts = definitions.filter(({ prefix }) => prefix === service);
  return `  { service: '${service}', types: ${quoted(typesOf(parts))}, actions: ${quoted(actionsOf(parts))} },\n`;
});

const head = `/**
 * Facts of AWS's Service Authorization Reference (docs.aws.amazon.com/service-authorization), as of parliament 1.6.4
 * (github.com/duo-labs/parliament, BSD-3-Clause): for each service its resource types with the form of their ARNs (\`{}\` a part,
 * \`{any}\` any text, \`{partition}\` \`aws\` and what begins so), and its actions by the types that they apply to (\`*\`: no resource). Written by scripts/iam-service-facts.mjs.
 */
export type ServiceFacts = { readonly service: string; readonly types: string; readonly actions: string };

export const serviceFacts: readonly ServiceFacts[] = [
`;
writeFileSync(join(import.meta.dirname, '..', 'domain', 'policy', 'iam', 'service-facts.ts'), `${head}${lines.join('')}];\n`);
