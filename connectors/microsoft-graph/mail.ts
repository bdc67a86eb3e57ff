/**
 * Mail: finds messages over mailboxes, and purges them into the folder of recoverable items, where their owners do not see them and
 * from where they can be put back.
 */
import type { Json, JsonObject } from '../../domain/json.ts';
import { digestOf } from '../../domain/digest.ts';
import { listIn, optionalTextIn, textIn, wrong } from '../change-params.ts';
import type { Deadline } from '../deadline.ts';
import { quoted, textOf, type OData } from '../odata.ts';
import type { Change, Reading } from '../system-driver.ts';
import type { Prepared, SystemObservation } from '../system.ts';

const purgeFolder = 'recoverableitemsdeletions';
const atOnce = 4;
const mostMessages = 500;

export function findMessages(graph: OData, mostMailboxes: number): Reading {
  return async (params, deadline) => {
    const filter = filterOf(params);
    const mailboxes = params['mailboxes'] === undefined ? await allMailboxes(graph, mostMailboxes, deadline) : mailboxesIn(params);
    const found = await inTurns(mailboxes, (mailbox) => search(graph, mailbox, filter, deadline));
    const messages = found.flat().slice(0, mostMessages);
    return { messages, count: messages.length, mailboxes: [...new Set(messages.map(({ mailbox }) => mailbox))] };
  };
}

/** All that are given have to hold. Of a message alone, by its id; else since an instant, which keeps the search an index look-up. */
function filterOf(params: JsonObject): string {
  const [message, sender, subject] = ['message', 'sender', 'subject'].map((name) => optionalTextIn(params, name));
  const parts = [
    ...(message === undefined ? [] : [`internetMessageId eq ${quoted(message)}`]),
    ...(sender === undefined ? [] : [`from/emailAddress/address eq ${quoted(sender)}`]),
    ...(subject === undefined ? [] : [`subject eq ${quoted(subject)}`]),
  ];
  if (parts.length === 0) throw wrong('sender', 'at least one of `message`, `sender` and `subject`');
  const since = new Date(textIn(params, 'since')).toISOString();
  return [`receivedDateTime ge ${since}`, ...parts].join(' and ');
}

function mailboxesIn(params: JsonObject): readonly string[] {
  return listIn(params, 'mailboxes').map((entry) => {
    if (typeof entry === 'string' && entry !== '') return entry;
    throw wrong('mailboxes', 'a list of addresses');
  });
}

async function allMailboxes(graph: OData, most: number, deadline: Deadline): Promise<readonly string[]> {
  const users = await graph.list('/v1.0/users?$select=id,mail&$top=999', deadline, most);
  return users.filter((user) => textOf(user['mail']) !== '').map((user) => textOf(user['mail']));
}

type Found = { readonly mailbox: string; readonly id: string; readonly subject: string; readonly sender: string; readonly at: string };

/** A person without a mailbox has none of the messages. */
async function search(graph: OData, mailbox: string, filter: string, deadline: Deadline): Promise<readonly Found[]> {
  const select = '$select=id,subject,from,receivedDateTime&$top=100';
  const found = await graph.list(`${pathOf(mailbox)}/messages?$filter=${filter}&${select}`, deadline, mostMessages);
  return found.map((message) => ({
    mailbox,
    id: textOf(message['id']),
    subject: textOf(message['subject']),
    sender: senderOf(message['from']),
    at: textOf(message['receivedDateTime']),
  }));
}

function senderOf(from: Json | undefined): string {
  const { emailAddress } = (from ?? {}) as { readonly emailAddress?: { readonly address?: Json } };
  return textOf(emailAddress?.address);
}

type Held = { readonly mailbox: string; readonly id: string; readonly folder: string };

export function purgeMessages(graph: OData): Change {
  const move = async ({ mailbox, id }: Pick<Held, 'mailbox' | 'id'>, destinationId: string, deadline: Deadline) => {
    await graph.send('POST', `${pathOf(mailbox)}/messages/${encodeURIComponent(id)}/move`, { destinationId }, deadline);
  };
  const folders = (prepared: Prepared, deadline: Deadline) => foldersNow(graph, prepared, deadline);
  return {
    target: async (params) => `messages/${digestOf(messagesIn(params)).slice('sha256:'.length, 24)}`,
    prepare: async (params, deadline) => {
      const held = await inTurns(messagesIn(params), async (message) => {
        const folder = await folderOf(graph, message, deadline);
        return folder === undefined ? [] : [{ ...message, folder }];
      });
      const purged = await purgeFolders(graph, messagesIn(params), deadline);
      const there = held.flat().filter(({ mailbox, folder }) => purged[mailbox] !== folder);
      return { before: { messages: there, purged }, already: there.length === 0 };
    },
    perform: async (prepared, _key, deadline) => {
      const now = await folders(prepared, deadline);
      await inTurns(notPurged(prepared, now), (message) => move(message, purgeFolder, deadline));
    },
    observe: async (prepared, _key, deadline) => {
      const now = await folders(prepared, deadline);
      const left = notPurged(prepared, now).length;
      const purged = heldIn(prepared).filter((message) => now.get(message.id) === purgedIn(prepared, message)).length;
      return { state: stateOf(purged, left), facts: { purged, left } };
    },
    takeBack: async (prepared, _key, deadline) => {
      const now = await folders(prepared, deadline);
      const purged = heldIn(prepared).filter((message) => now.get(message.id) === purgedIn(prepared, message));
      await inTurns(purged, (message) => move(message, message.folder, deadline));
    },
  };
}

function stateOf(purged: number, left: number): SystemObservation['state'] {
  if (purged > 0) return left > 0 ? 'partial' : 'landed';
  return left > 0 ? 'absent' : 'gone';
}

/** Message id → the folder that it is in; a message that its owner has removed for good is in none. */
async function foldersNow(graph: OData, prepared: Prepared, deadline: Deadline): Promise<ReadonlyMap<string, string>> {
  const now = await inTurns(heldIn(prepared), async (message) => [message.id, await folderOf(graph, message, deadline)] as const);
  return new Map(now.flatMap(([id, folder]) => (folder === undefined ? [] : [[id, folder] as const])));
}

function notPurged(prepared: Prepared, now: ReadonlyMap<string, string>): readonly Held[] {
  return heldIn(prepared).filter((message) => {
    const folder = now.get(message.id);
    return folder !== undefined && folder !== purgedIn(prepared, message);
  });
}

async function folderOf(graph: OData, { mailbox, id }: Pick<Held, 'mailbox' | 'id'>, deadline: Deadline): Promise<string | undefined> {
  const found = await graph.get(`${pathOf(mailbox)}/messages/${encodeURIComponent(id)}?$select=id,parentFolderId`, deadline);
  return found === undefined ? undefined : textOf(found['parentFolderId']);
}

/** Mailbox → the id of its folder of recoverable items. */
async function purgeFolders(graph: OData, messages: readonly Pick<Held, 'mailbox'>[], deadline: Deadline): Promise<JsonObject> {
  const mailboxes = [...new Set(messages.map(({ mailbox }) => mailbox))];
  const found = await inTurns(mailboxes, async (mailbox) => {
    const folder = await graph.get(`${pathOf(mailbox)}/mailFolders/${purgeFolder}?$select=id`, deadline);
    return [mailbox, textOf(folder?.['id'])] as const;
  });
  return Object.fromEntries(found);
}

function purgedIn({ before }: Prepared, { mailbox }: Held): string {
  return textOf((before['purged'] as JsonObject)[mailbox]);
}

function heldIn({ before }: Prepared): readonly Held[] {
  return before['messages'] as readonly Held[];
}

function messagesIn(params: JsonObject): readonly Pick<Held, 'mailbox' | 'id'>[] {
  return listIn(params, 'messages').map((entry) => {
    const { mailbox, id } = (entry ?? {}) as { readonly mailbox?: Json; readonly id?: Json };
    if (typeof mailbox === 'string' && typeof id === 'string' && mailbox !== '' && id !== '') return { mailbox, id };
    throw wrong('messages', 'a list of records with `mailbox` and `id`');
  });
}

async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += atOnce) results.push(...(await Promise.all(items.slice(at, at + atOnce).map(work))));
  return results;
}

function pathOf(mailbox: string): string {
  return `/v1.0/users/${encodeURIComponent(mailbox)}`;
}
