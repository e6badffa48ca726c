import { z } from "zod";
import { companySettings, requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { withTx, type Ctx } from "@/domain/kernel/context";
import { env } from "@/domain/kernel/env";
import { DomainError } from "@/domain/kernel/errors";
import { outgoing } from "@/domain/kernel/outgoing";
import { parseInput } from "@/domain/kernel/parse";
import { listEventNames, listTraits, suggestValues } from "./catalog";
import { draftByModel, type ModelSettings } from "./draft-by-model";
import { draftFromSentence } from "./draft-from-sentence";
import type { Draft } from "./draft-model";

const input = z.strictObject({
  sentence: z.string().trim().min(1, "Say who you look for").max(1_000, "At most 1,000 characters"),
  /** By the grammar, which stays in this process, or by the language model that the environment names. */
  by: z.enum(["grammar", "model"]).default("grammar"),
});

/** The language model of this install, or null. */
function modelSettings(): ModelSettings | null {
  const { LLM_URL, LLM_MODEL, LLM_API_KEY } = env();
  return LLM_URL && LLM_MODEL ? { url: LLM_URL, model: LLM_MODEL, apiKey: LLM_API_KEY } : null;
}

/** Name and host of the language model that sentences may be sent to, for screens; null when there is none. */
export function sentenceModel(ctx: Ctx): { model: string; host: string } | null {
  requirePermission(ctx, "segments:read");
  const settings = modelSettings();
  return settings && { model: settings.model, host: new URL(settings.url).host };
}

/**
 * A sentence as a draft rule over the names and places that were really seen. Nothing is stored; that a sentence was
 * sent to a model is audited, without it.
 */
export async function draftSegment(ctx: Ctx, given: unknown): Promise<Draft> {
  requirePermission(ctx, "segments:read");
  const { sentence, by } = parseInput(input, given);
  const settings = modelSettings();
  if (by === "model" && !settings)
    throw new DomainError("PRECONDITION_FAILED", "No language model is set up. Set LLM_URL and LLM_MODEL, or use the draft by grammar.");
  const [{ timezone }, events, traits, countries, cities, segments] = await Promise.all([
    companySettings(ctx.sql),
    listEventNames(ctx),
    listTraits(ctx),
    suggestValues(ctx, { kind: "country", limit: 500 }),
    suggestValues(ctx, { kind: "city", limit: 1_000 }),
    ctx.sql<{ id: string; name: string }[]>`select id, name from segments where deleted_at is null order by name limit 2000`,
  ]);
  const schema = {
    now: ctx.clock.now().getTime(),
    zone: timezone,
    events: events.map(({ name }) => name),
    traits: traits.map(({ path }) => path),
    countries: countries.values.map(({ value }) => String(value)),
    cities: cities.values.map(({ value }) => String(value)),
    segments,
  };
  if (by === "grammar" || !settings) return draftFromSentence(sentence, schema);
  requirePermission(ctx, "segments:write");
  await withTx(ctx, (tx) =>
    recordAudit(tx, {
      action: "segment.sentence_sent",
      object: { type: "model", id: settings.model },
      detail: { host: new URL(settings.url).host },
    }),
  );
  return draftByModel(sentence, schema, settings, outgoing());
}
