import { z } from "zod";
import { companySettings, requirePermission } from "@/domain/access";
import type { Ctx } from "@/domain/kernel/context";
import { parseInput } from "@/domain/kernel/parse";
import { listEventNames, listTraits, suggestValues } from "./catalog";
import { draftFromSentence } from "./draft-from-sentence";
import type { Draft } from "./draft-model";

const input = z.strictObject({ sentence: z.string().trim().min(1, "Say who you look for").max(1_000, "At most 1,000 characters") });

/** A sentence as a draft rule over the names and places that were really seen. Nothing is stored. */
export async function draftSegment(ctx: Ctx, given: unknown): Promise<Draft> {
  requirePermission(ctx, "segments:read");
  const { sentence } = parseInput(input, given);
  const [{ timezone }, events, traits, countries, cities, segments] = await Promise.all([
    companySettings(ctx.sql),
    listEventNames(ctx),
    listTraits(ctx),
    suggestValues(ctx, { kind: "country", limit: 500 }),
    suggestValues(ctx, { kind: "city", limit: 1_000 }),
    ctx.sql<{ id: string; name: string }[]>`select id, name from segments where deleted_at is null order by name limit 2000`,
  ]);
  return draftFromSentence(sentence, {
    now: ctx.clock.now().getTime(),
    zone: timezone,
    events: events.map(({ name }) => name),
    traits: traits.map(({ path }) => path),
    countries: countries.values.map(({ value }) => String(value)),
    cities: cities.values.map(({ value }) => String(value)),
    segments,
  });
}
