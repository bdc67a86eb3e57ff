/** The actions on outside systems. */
import type { ActionActivities } from './contract.ts';
import type { Ports } from './ports.ts';
import { identityGetUser } from './identity/get-user.ts';
import { identitySignIns } from './identity/sign-ins.ts';
import { identityDisableUser } from './identity/disable-user.ts';
import { identityEnableUser } from './identity/enable-user.ts';
import { identityRevokeSessions } from './identity/revoke-sessions.ts';
import { mailFind } from './mail/find.ts';
import { mailPurge } from './mail/purge.ts';
import { mailRestore } from './mail/restore.ts';
import { endpointIsolate } from './endpoint/isolate.ts';
import { endpointRelease } from './endpoint/release.ts';
import { endpointScan } from './endpoint/scan.ts';
import { cloudKeyUsage } from './cloud/key-usage.ts';
import { cloudDisableKey } from './cloud/disable-key.ts';
import { cloudEnableKey } from './cloud/enable-key.ts';
import { storagePublicAccess } from './storage/public-access.ts';
import { storageBlockPublic } from './storage/block-public.ts';
import { storageRestoreAccess } from './storage/restore-access.ts';
import { oauthFindGrants } from './oauth/find-grants.ts';
import { oauthRevokeGrant } from './oauth/revoke-grant.ts';
import { oauthRestoreGrant } from './oauth/restore-grant.ts';
import { oauthDisableApp } from './oauth/disable-app.ts';
import { oauthEnableApp } from './oauth/enable-app.ts';
import { systemCheck } from './system/check.ts';

type SystemActions = Pick<
  ActionActivities,
  | 'identity.get-user'
  | 'identity.sign-ins'
  | 'identity.disable-user'
  | 'identity.enable-user'
  | 'identity.revoke-sessions'
  | 'mail.find'
  | 'mail.purge'
  | 'mail.restore'
  | 'endpoint.isolate'
  | 'endpoint.release'
  | 'endpoint.scan'
  | 'cloud.key-usage'
  | 'cloud.disable-key'
  | 'cloud.enable-key'
  | 'storage.public-access'
  | 'storage.block-public'
  | 'storage.restore-access'
  | 'oauth.find-grants'
  | 'oauth.revoke-grant'
  | 'oauth.restore-grant'
  | 'oauth.disable-app'
  | 'oauth.enable-app'
  | 'system.check'
>;

export function systemActivities(ports: Ports): SystemActions {
  return {
    'identity.get-user': identityGetUser(ports),
    'identity.sign-ins': identitySignIns(ports),
    'identity.disable-user': identityDisableUser(ports),
    'identity.enable-user': identityEnableUser(ports),
    'identity.revoke-sessions': identityRevokeSessions(ports),
    'mail.find': mailFind(ports),
    'mail.purge': mailPurge(ports),
    'mail.restore': mailRestore(ports),
    'endpoint.isolate': endpointIsolate(ports),
    'endpoint.release': endpointRelease(ports),
    'endpoint.scan': endpointScan(ports),
    'cloud.key-usage': cloudKeyUsage(ports),
    'cloud.disable-key': cloudDisableKey(ports),
    'cloud.enable-key': cloudEnableKey(ports),
    'storage.public-access': storagePublicAccess(ports),
    'storage.block-public': storageBlockPublic(ports),
    'storage.restore-access': storageRestoreAccess(ports),
    'oauth.find-grants': oauthFindGrants(ports),
    'oauth.revoke-grant': oauthRevokeGrant(ports),
    'oauth.restore-grant': oauthRestoreGrant(ports),
    'oauth.disable-app': oauthDisableApp(ports),
    'oauth.enable-app': oauthEnableApp(ports),
    'system.check': systemCheck(ports),
  };
}
