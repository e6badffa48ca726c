import { judgeMessage, type JudgeInput, type RejectedItem, type StoreItem, type StoreOutcome } from "@/domain/events";
import type { MessageType } from "@/domain/events/model";
import type { KeySource } from "@/domain/sources";
import type { ItemAnswer } from "./answers";
import type { Envelope } from "./envelope";
import type { GroupCommit } from "./group-commit";
import type { Rates } from "./rate";

export interface Taken {
  source: KeySource;
  envelope: Pick<Envelope, "items" | "context" | "integrations" | "sentAt" | "rawItem" | "escapes">;
  /** The type that the path names. */
  type: MessageType | undefined;
  bytes: number;
  /** Whether one item can be over its limit at all. */
  checkSizes: boolean;
  ip: string;
  now: Date;
}

export interface TakeOptions {
  commits: GroupCommit;
  rates: Rates;
  answerBeforeCommit: boolean;
}

type Answered = (error: unknown, answer?: ItemAnswer) => void;

/**
 * Judges every item of a request, commits, and says what became of each. Throws the refusal of a whole request (429);
 * `answered` is called once, when the transaction is committed or has failed.
 */
export function createTake({ commits, rates, answerBeforeCommit }: TakeOptions): (taken: Taken, answered: Answered) => void {
  return (taken, answered) => {
    const { source, envelope, now } = taken;
    const { items } = envelope;
    rates.take(source.id, source.settings.rateLimit, items.length, now.getTime());
    commits.checkRoom(items.length);
    const answer: ItemAnswer = { success: true, accepted: 0, duplicates: 0, rejected: [], warnings: [] };
    const stored: StoreItem[] = [];
    const indexes: number[] = [];
    const rejected: RejectedItem[] = [];
    let warnings = 0;
    let at = 0;
    // One object for all of them: this loop is what the speed of collection depends on.
    const input = judgeInput(taken, () => envelope.rawItem(at));
    for (let index = 0; index < items.length; index++) {
      const item = items[index];
      at = index;
      const judged = judgeMessage(item, input);
      const large = taken.checkSizes ? tooLarge(taken, index) : undefined;
      const messageId = judged.ok ? judged.message.messageId : judged.messageId;
      if (judged.ok && !large) {
        // Not `judged` itself: the message's tree must not wait in memory for the commit.
        stored.push({ messageId: judged.message.messageId, body: judged.body, bodyHash: judged.bodyHash });
        indexes.push(index);
        if (judged.warnings.length > 0) warnings += 1;
        for (const warning of judged.warnings) answer.warnings.push({ index, messageId, ...warning });
        continue;
      }
      const { code, field, message } = large ?? (judged as Refusal);
      rejected.push({ code, field, message, messageId, sample: sampleOf(envelope.rawItem(index), item, taken) });
      answer.rejected.push({ index, messageId, code, field, message });
    }
    const batch = { sourceId: source.id, receivedAt: now, items: stored, rejected, warnings, bytes: taken.bytes };
    commits.add(batch, (error, outcomes) => {
      if (answerBeforeCommit) return;
      if (!outcomes) return answered(error);
      tell(answer, outcomes, indexes, stored);
      answered(undefined, answer);
    });
    if (answerBeforeCommit) {
      answer.accepted = stored.length;
      answered(undefined, answer);
    }
  };
}

type Refusal = Pick<RejectedItem, "code" | "field" | "message">;

function judgeInput({ source, envelope, type, ip, now }: Taken, rawText: () => string): JudgeInput {
  const input: JudgeInput = {
    receivedAt: now,
    rawText,
    escapes: envelope.escapes,
    client: { ip, clientSide: (source.type === "website" || source.type === "mobile") && !source.settings.serverOnly },
  };
  if (type !== undefined) input.typeFromPath = type;
  if (envelope.context !== undefined) input.envelopeContext = envelope.context;
  if (envelope.integrations !== undefined) input.envelopeIntegrations = envelope.integrations;
  if (envelope.sentAt !== undefined) input.envelopeSentAt = envelope.sentAt;
  return input;
}

function tooLarge({ source, envelope }: Taken, index: number): Refusal | undefined {
  const { maxMessageBytes } = source.settings;
  const size = Buffer.byteLength(envelope.rawItem(index));
  if (size <= maxMessageBytes) return undefined;
  return { code: "event_too_large", field: null, message: `The message has ${size} bytes; the limit is ${maxMessageBytes}` };
}

/**
 * A rejected item as received. What only its route or its envelope said (type, context, integrations, sentAt) is put in
 * front, so that it can be replayed; of a key that is there twice, the later and own one counts.
 */
function sampleOf(raw: string, item: unknown, { type, envelope }: Pick<Taken, "type" | "envelope">): string {
  if (typeof item !== "object" || item === null || Array.isArray(item)) return raw;
  const { context, integrations, sentAt } = envelope;
  const given = Object.entries({ type, context, integrations, sentAt }).filter(
    ([key, value]) => value !== undefined && !Object.hasOwn(item, key),
  );
  if (given.length === 0) return raw;
  const front = JSON.stringify(Object.fromEntries(given)).slice(0, -1);
  return raw.replace(/^\s*\{/, () => (Object.keys(item).length > 0 ? `${front},` : front));
}

/** Turns the outcomes of the stored items into the answer's numbers. */
function tell(answer: ItemAnswer, outcomes: readonly StoreOutcome[], indexes: readonly number[], stored: readonly StoreItem[]): void {
  let failed = false;
  for (let i = 0; i < outcomes.length; i++) {
    const outcome = outcomes[i];
    if (outcome === "accepted") answer.accepted += 1;
    else if (outcome === "failed") {
      failed = true;
      const message = "The database cannot hold this message";
      answer.rejected.push({
        index: indexes[i] ?? 0,
        messageId: stored[i]?.messageId ?? null,
        code: "unprocessable",
        field: null,
        message,
      });
    } else answer.duplicates += 1;
  }
  if (failed) answer.rejected.sort((a, b) => a.index - b.index);
}
