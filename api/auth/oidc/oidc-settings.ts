/** How we know the OpenID provider, and what of its claims we take. */
import type { Role } from '../../../store/port.ts';

export type OidcSettings = {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** What people read on the button. */
  readonly name: string;
  /** Ours, as the provider has it registered. */
  readonly redirectUri: string;
  readonly scope: string;
  /** Claim that is the person's id here; `email` counts only where the provider says that it is verified. */
  readonly personClaim: string;
  /** Claim that holds groups; with `roles` below they are the roles, at each sign-in. */
  readonly rolesClaim: string;
  readonly roles: { readonly [group: string]: Role } | undefined;
  /** Whether somebody who is unknown here becomes a person, with the roles that their claims give. */
  readonly createPeople: boolean;
  /** For a provider on this machine alone. */
  readonly allowHttp: boolean;
};
