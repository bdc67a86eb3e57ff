/** Writes AWS policy documents as JSON; reading it again gives the same document. */
import type { IamCondition, IamDocument, IamStatement, Listed, PrincipalName } from './document.ts';

type Json = { readonly [key: string]: unknown };

export function iamDocumentJson({ version, id, statements }: IamDocument): Json {
  return { Version: version, ...(id === undefined ? {} : { Id: id }), Statement: statements.map(statementJson) };
}

function statementJson({ sid, effect, principal, action, resource, conditions }: IamStatement): Json {
  return {
    ...(sid === undefined ? {} : { Sid: sid }),
    Effect: effect === 'allow' ? 'Allow' : 'Deny',
    ...(principal === undefined ? {} : { [principal.not ? 'NotPrincipal' : 'Principal']: principalsJson(principal) }),
    ...listedJson('Action', action),
    ...(resource === undefined ? {} : listedJson('Resource', resource)),
    ...(conditions.length === 0 ? {} : { Condition: conditionsJson(conditions) }),
  };
}

function listedJson(name: string, { not, values }: Listed): Json {
  return { [`${not ? 'Not' : ''}${name}`]: values };
}

function principalsJson({ values }: Listed<PrincipalName>): Json {
  const byType: { [type: string]: string[] } = {};
  for (const { type, name } of values) (byType[type] ??= []).push(name);
  return byType;
}

function conditionsJson(conditions: readonly IamCondition[]): Json {
  const byOperator: { [operator: string]: { [key: string]: readonly string[] } } = {};
  for (const { operator, quantifier, ifExists, key, written, values } of conditions) {
    const spread = quantifier === undefined ? '' : quantifier === 'all' ? 'ForAllValues:' : 'ForAnyValue:';
    (byOperator[`${spread}${operator}${ifExists ? 'IfExists' : ''}`] ??= {})[written ?? key] = values;
  }
  return byOperator;
}
