/** Opens one AWS account: IAM, STS and S3 by their own protocols. */
import type { AwsSettings } from '../../domain/systems/system-settings.schema.ts';
import { textOf } from '../odata.ts';
import { createSystem, defaultSettleTimeoutMs, defaultTimeoutMs } from '../system-driver.ts';
import type { OutsideSystem } from '../system.ts';
import { openWebClient } from '../web-client.ts';
import { blockPublic, readPublicAccess } from './buckets.ts';
import { disableKey, readKeyUsage } from './keys.ts';
import { queryApi, signedSend, type Identity } from './protocol.ts';

const defaultRegion = 'us-east-1';

export function openAws(system: string, settings: AwsSettings, secret: (role: string) => Promise<string>): OutsideSystem {
  const { accessKeyId, region = defaultRegion } = settings;
  const {
    iamUrl = 'https://iam.amazonaws.com',
    stsUrl = `https://sts.${region}.amazonaws.com`,
    s3Url = `https://s3.${region}.amazonaws.com`,
  } = settings;
  const web = openWebClient(system, [iamUrl, stsUrl, s3Url]);
  const identity: Identity = { accessKeyId, secret: () => secret('secretAccessKey') };
  // IAM is one for all regions, and signed for the first.
  const iam = queryApi(web, { url: iamUrl, version: '2010-05-08', scope: { service: 'iam', region: defaultRegion }, identity });
  const sts = queryApi(web, { url: stsUrl, version: '2011-06-15', scope: { service: 'sts', region }, identity });
  const s3 = signedSend(web, { service: 's3', region }, identity);
  return createSystem({
    kind: 'aws',
    system,
    timeoutMs: settings.timeoutMs ?? defaultTimeoutMs,
    settleTimeoutMs: settings.settleTimeoutMs ?? defaultSettleTimeoutMs,
    check: async (deadline) => {
      const { Account, Arn } = await sts('GetCallerIdentity', {}, deadline);
      return { account: textOf(Account), arn: textOf(Arn) };
    },
    reads: { 'key-usage': readKeyUsage(iam, system), 'public-access': readPublicAccess({ send: s3, url: s3Url, system }) },
    changes: { 'disable-key': disableKey(iam, system), 'block-public': blockPublic({ send: s3, url: s3Url, system }) },
    close: web.close,
  });
}
