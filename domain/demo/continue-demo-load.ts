import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import {
  judgeMessage,
  LIMITS,
  storeMessages,
  type JudgedMessage,
  type RejectedItem,
  type StoreBatch,
  type StoreItem,
} from "@/domain/events";
import { withTx, type Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { createDemoCampaigns } from "./demo-campaign-rows";
import { createDemoExperiments } from "./demo-experiment-rows";
import { createDemoTraits } from "./demo-traits";
import { generateDemo } from "./generate";
import { DEMO_SOURCE_KEYS, type DemoMessage, type DemoSourceKey, type DemoState, type DemoStatus } from "./model";
import { readState, statusOf, writeState } from "./status";

/** Messages in one transaction. */
const FLUSH = 3_000;

/** What one transaction stores, and where the story stands after it. */
export interface ToldPart {
  household: number;
  people: number;
  messages: number;
  batches: StoreBatch[];
}

/** Where a story begins or goes on. */
export interface StoryPlace {
  options: DemoState["options"];
  sources: DemoState["sources"];
  household: number;
  people: number;
}

export interface LoadOptions {
  signal?: AbortSignal;
  /** After each transaction. */
  onProgress?: (progress: { people: number; wanted: number; messages: number }) => void | Promise<void>;
  /** Tells the story elsewhere (in a thread of its own); here when absent. Gives what `tellParts` gives. */
  tell?: (place: StoryPlace) => AsyncIterable<ToldPart>;
}

/** The story from a place on, judged and sorted for storing, part by part. */
export function* tellParts(place: StoryPlace, now: () => Date): Generator<ToldPart> {
  const { options, sources } = place;
  let waiting: DemoMessage[] = [];
  let at = { household: place.household, people: place.people };
  const part = (): ToldPart => {
    const told = { ...at, messages: waiting.length, batches: judgeAll(waiting, sources, now()) };
    waiting = [];
    return told;
  };
  const story = { ...options, anchor: new Date(options.anchor), household: place.household, told: place.people };
  for (const { household, people, messages } of generateDemo(story)) {
    for (const message of messages) waiting.push(message);
    at = { household: household + 1, people };
    if (waiting.length >= FLUSH) yield part();
  }
  if (waiting.length > 0) yield part();
}

/**
 * Tells the story from where it stands to its end, through the same door as every other message. Each part and the note
 * of how far it is commit together, so an interruption neither loses nor doubles anything; of two that run at once, the
 * later one stops with CONFLICT.
 */
export async function continueDemoLoad(ctx: Ctx, options: LoadOptions = {}): Promise<DemoStatus> {
  requirePermission(ctx, "settings:write");
  const state = await readState(ctx.sql);
  if (!state || state.phase !== "loading") return statusOf(ctx);
  let standing = state;
  const parts = options.tell?.(state) ?? tellParts(state, () => ctx.clock.now());
  for await (const part of parts) {
    if (options.signal?.aborted) return statusOf(ctx);
    standing = await store(ctx, standing, part);
    await options.onProgress?.({ people: standing.people, wanted: standing.options.people, messages: standing.messages });
  }
  if (options.signal?.aborted) return statusOf(ctx);
  await withTx(ctx, async (tx) => {
    const last = await readState(tx.sql, true);
    if (last?.phase !== "loading") return;
    const told = { ...last.options, anchor: new Date(last.options.anchor) };
    await createDemoCampaigns(tx.sql, told);
    await createDemoExperiments(tx.sql, told);
    const traits = await createDemoTraits(tx);
    await writeState(tx.sql, { ...last, traits, phase: "loaded", finishedAt: tx.clock.now().toISOString() }, tx.actor.id);
    await recordAudit(tx, {
      action: "demo.loaded",
      object: { type: "demo", id: "demo" },
      detail: { people: last.people, messages: last.messages },
    });
  });
  return statusOf(ctx);
}

/** Writes a part and moves on, in one transaction. */
async function store(ctx: Ctx, from: DemoState, part: ToldPart): Promise<DemoState> {
  return withTx(ctx, async (tx) => {
    const state = await readState(tx.sql, true);
    if (state?.phase !== "loading" || state.household !== from.household) {
      throw new DomainError("CONFLICT", "Another process is loading or removing the demo data.");
    }
    await storeMessages(tx.sql, part.batches);
    const { household, people } = part;
    const next: DemoState = { ...state, household, people, messages: state.messages + part.messages };
    await writeState(tx.sql, next, tx.actor.id);
    return next;
  });
}

/** Judges messages as collection does, and sorts them by source. */
export function judgeAll(messages: readonly DemoMessage[], sources: Record<DemoSourceKey, string>, receivedAt: Date): StoreBatch[] {
  const parts = new Map<DemoSourceKey, { items: StoreItem[]; rejected: RejectedItem[]; warnings: number; bytes: number }>();
  for (const key of DEMO_SOURCE_KEYS) parts.set(key, { items: [], rejected: [], warnings: 0, bytes: 0 });
  for (const { source, message } of messages) {
    const part = parts.get(source);
    if (!part) throw new Error(`no source ${source}`);
    const judged = judgeDemo(message, receivedAt);
    if (judged.ok) {
      part.items.push({ messageId: judged.message.messageId, body: judged.body, bodyHash: judged.bodyHash });
      part.warnings += judged.warnings.length > 0 ? 1 : 0;
      part.bytes += judged.body.length;
    } else {
      part.rejected.push(judged.item);
      part.bytes += judged.item.sample.length;
    }
  }
  return [...parts].flatMap(([key, part]) =>
    part.items.length + part.rejected.length === 0 ? [] : [{ sourceId: sources[key], receivedAt, ...part }],
  );
}

/** Messages longer than this (as text) are measured exactly. */
const SUSPICIOUS = LIMITS.messageBytes / 4;

export function judgeDemo(message: Record<string, unknown>, receivedAt: Date): JudgedMessage | { ok: false; item: RejectedItem } {
  const judged = judgeMessage(message, { receivedAt });
  if (judged.ok) {
    if (judged.body.length < SUSPICIOUS) return judged;
    const text = JSON.stringify(message);
    const size = Buffer.byteLength(text);
    if (size <= LIMITS.messageBytes) return judged;
    const sentence = `The message has ${size} bytes; the limit is ${LIMITS.messageBytes}`;
    return {
      ok: false,
      item: { code: "event_too_large", field: null, message: sentence, messageId: judged.message.messageId, sample: text },
    };
  }
  const { code, field, message: reason, messageId } = judged;
  return { ok: false, item: { code, field, message: reason, messageId, sample: JSON.stringify(message) } };
}
