/** AWS on the wire: Signature Version 4, the query protocol with answers in XML, errors by their codes. */
import { AwsV4Signer } from 'aws4fetch';
import { XMLParser } from 'fast-xml-parser';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { Deadline } from '../deadline.ts';
import { refused, unreachable, type WebAnswer, type WebClient, type WebRequest } from '../web-client.ts';

export type Identity = { readonly accessKeyId: string; readonly secret: () => Promise<string> };
export type Scope = { readonly service: string; readonly region: string };
export type SignedSend = (request: WebRequest, deadline: Deadline) => Promise<WebAnswer>;

/** Calls one action; answers with its result, or throws with the service's error code. */
export type QueryApi = (action: string, params: { readonly [name: string]: string }, deadline: Deadline) => Promise<JsonObject>;

export function signedSend(web: WebClient, { service, region }: Scope, { accessKeyId, secret }: Identity): SignedSend {
  return async (request, deadline) => {
    const { method, url, headers = {}, body } = request;
    const signer = new AwsV4Signer({
      method,
      url,
      headers: { ...headers },
      ...(body === undefined ? {} : { body }),
      accessKeyId,
      secretAccessKey: await secret(),
      service,
      region,
    });
    const signed = await signer.sign();
    const answer = await web.send({ ...request, url: signed.url.href, headers: Object.fromEntries(signed.headers) }, deadline);
    if (answer.status === 301 || answer.status === 307)
      throw refused(web.system, answer.status, `region.${answer.header('x-amz-bucket-region')}`);
    return answer;
  };
}

type QueryOptions = { readonly url: string; readonly version: string; readonly scope: Scope; readonly identity: Identity };

export function queryApi(web: WebClient, { url, version, scope, identity }: QueryOptions): QueryApi {
  const send = signedSend(web, scope, identity);
  return async (action, params, deadline) => {
    const answer = await send(
      {
        method: 'POST',
        url: new URL('/', url).href,
        headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
        body: new URLSearchParams({ Action: action, Version: version, ...params }).toString(),
      },
      deadline,
    );
    if (answer.status !== 200) throw refused(web.system, answer.status, errorCode(answer.text));
    const document = xmlOf(web.system, answer)[`${action}Response`];
    if (!isObject(document)) throw unreachable(web.system, 'its answer is of another call');
    const result = document[`${action}Result`];
    return isObject(result) ? result : {};
  };
}

// No entities: an answer must not grow while it is read, nor name anything outside itself.
const parser = new XMLParser({ ignoreAttributes: true, parseTagValue: false, processEntities: false });

/** What the answer's XML says, as texts. */
export function xmlOf(system: string, answer: WebAnswer): JsonObject {
  if (!/^(?:application|text)\/xml\b/iu.test(answer.header('content-type')))
    throw unreachable(system, 'its answer is not XML; something else answers at this address');
  try {
    const value: unknown = parser.parse(answer.text, true);
    if (isObject(value as Json)) return value as JsonObject;
  } catch {
    // Said below.
  }
  throw unreachable(system, 'its answer was cut off or is no XML');
}

export function errorCode(text: string): string {
  return /<Code>([\w.]{1,80})<\/Code>/u.exec(text)?.[1] ?? '';
}

/** One child or several of one name. */
export function childrenOf(value: Json | undefined): readonly JsonObject[] {
  return (Array.isArray(value) ? value : [value]).filter((entry): entry is JsonObject => isObject(entry));
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
