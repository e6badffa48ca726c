import type { RejectedItem, StoreItem } from "@/domain/events";
import { judgeMessage, type JudgeInput } from "@/domain/events/judge";
import type { MessageType } from "@/domain/events/model";
import type { KeySource } from "@/domain/sources";
import type { ItemAnswer } from "./answers";
import type { Envelope } from "./envelope";

/** What judging must know of a request besides its body. Plain data: it may go to another thread. */
export interface Circumstances {
  /** The type that the path names. */
  type: MessageType | undefined;
  source: Pick<KeySource, "type"> & { settings: Pick<KeySource["settings"], "serverOnly" | "maxMessageBytes"> };
  /** Whether one item can be over its limit at all. */
  checkSizes: boolean;
  ip: string;
  /** Global Privacy Control, as the browser's header says. */
  gpc: boolean;
  now: Date;
}

/** The items of one request after judging, and the answer as far as it is known before the commit. */
export interface JudgedItems {
  /** The write key that the body names. */
  key: string | undefined;
  stored: StoreItem[];
  /** Place in the request of each stored item. */
  indexes: number[];
  rejected: RejectedItem[];
  /** Items with a warning. */
  warned: number;
  answer: ItemAnswer;
}

export type Items = Pick<Envelope, "items" | "context" | "integrations" | "sentAt" | "rawItem" | "escapes" | "key">;

/** Judges every item of a request. */
export function judgeItems(envelope: Items, circumstances: Circumstances): JudgedItems {
  const { items } = envelope;
  const answer: ItemAnswer = { success: true, accepted: 0, duplicates: 0, rejected: [], warnings: [] };
  const out: JudgedItems = { key: envelope.key, stored: [], indexes: [], rejected: [], warned: 0, answer };
  let at = 0;
  // One object for all of them: this loop is what the speed of collection depends on.
  const input = judgeInput(envelope, circumstances, () => envelope.rawItem(at));
  for (let index = 0; index < items.length; index++) {
    const item = items[index];
    at = index;
    const judged = judgeMessage(item, input);
    const large = circumstances.checkSizes ? tooLarge(envelope, index, circumstances) : undefined;
    const messageId = judged.ok ? judged.message.messageId : judged.messageId;
    if (judged.ok && !large) {
      // Not `judged` itself: the message's tree must not wait in memory for the commit.
      out.stored.push({ messageId: judged.message.messageId, body: judged.body, bodyHash: judged.bodyHash });
      out.indexes.push(index);
      if (judged.warnings.length > 0) out.warned += 1;
      for (const warning of judged.warnings) answer.warnings.push({ index, messageId, ...warning });
      continue;
    }
    const { code, field, message } = large ?? (judged as Refusal);
    const sample = sampleOf(envelope.rawItem(index), item, envelope, circumstances.type);
    out.rejected.push({ code, field, message, messageId, sample });
    answer.rejected.push({ index, messageId, code, field, message });
  }
  return out;
}

type Refusal = Pick<RejectedItem, "code" | "field" | "message">;

function judgeInput(envelope: Items, { source, type, ip, gpc, now }: Circumstances, rawText: () => string): JudgeInput {
  const input: JudgeInput = {
    receivedAt: now,
    rawText,
    escapes: envelope.escapes,
    client: { ip, gpc, clientSide: (source.type === "website" || source.type === "mobile") && !source.settings.serverOnly },
  };
  if (type !== undefined) input.typeFromPath = type;
  if (envelope.context !== undefined) input.envelopeContext = envelope.context;
  if (envelope.integrations !== undefined) input.envelopeIntegrations = envelope.integrations;
  if (envelope.sentAt !== undefined) input.envelopeSentAt = envelope.sentAt;
  return input;
}

function tooLarge(envelope: Items, index: number, { source }: Circumstances): Refusal | undefined {
  const { maxMessageBytes } = source.settings;
  const size = Buffer.byteLength(envelope.rawItem(index));
  if (size <= maxMessageBytes) return undefined;
  return { code: "event_too_large", field: null, message: `The message has ${size} bytes; the limit is ${maxMessageBytes}` };
}

/**
 * A rejected item as received. What only its route or its envelope said (type, context, integrations, sentAt) is put in
 * front, so that it can be replayed; of a key that is there twice, the later and own one counts.
 */
function sampleOf(raw: string, item: unknown, envelope: Items, type: MessageType | undefined): string {
  if (typeof item !== "object" || item === null || Array.isArray(item)) return raw;
  const { context, integrations, sentAt } = envelope;
  const given = Object.entries({ type, context, integrations, sentAt }).filter(
    ([key, value]) => value !== undefined && !Object.hasOwn(item, key),
  );
  if (given.length === 0) return raw;
  const front = JSON.stringify(Object.fromEntries(given)).slice(0, -1);
  return raw.replace(/^\s*\{/, () => (Object.keys(item).length > 0 ? `${front},` : front));
}
