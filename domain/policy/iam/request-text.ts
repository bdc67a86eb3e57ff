/** Requests to a cloud for people. */
import type { IamRequest } from './document.ts';

/** `s3:GetObject on arn:aws:s3:::a by arn:aws:iam::1:user/ann with aws:sourceip 10.0.0.1`. */
export function printIamRequest({
  principal,
  action,
  resource,
  context,
}: Omit<IamRequest, 'resource'> & { readonly resource?: string | undefined }): string {
  const told = Object.entries(context).map(([key, values]) => `${key} ${values.join(', ')}`);
  return [
    action,
    ...(resource === undefined || resource === '' ? [] : [`on ${resource}`]),
    ...(principal === undefined ? [] : [`by ${principal.name}`]),
    ...(told.length === 0 ? [] : [`with ${told.join(' and ')}`]),
  ].join(' ');
}
