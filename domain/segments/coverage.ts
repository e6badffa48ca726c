import { z } from "zod";
import { can, companySettings, requirePermission } from "@/domain/access";
import { allowedSet, CHANNEL_IDENTIFIERS, currentSettings } from "@/domain/consent";
import type { Ctx } from "@/domain/kernel/context";
import { notFound } from "@/domain/kernel/errors";
import { parseInput } from "@/domain/kernel/parse";
import { IdSet } from "@/domain/kernel/sets/id-set";
import { listIdentifierTypes } from "@/domain/profiles";
import type { ChannelReach, Coverage } from "./contracts";
import { engineOf } from "./engine";
import { ask } from "./estimate";
import { memberSet } from "./members";
import { ruleSchema, type Leaf } from "./model";
import { idSchema } from "./verbs-schema";

/** More types than this are not counted: a product that invents types does not make every look slow. */
const TYPES = 24;

const draftSchema = z.strictObject({ rule: ruleSchema, segmentId: z.string().max(40).optional() });

/** How many of a draft's people hold an identifier of each type in use. */
export async function draftCoverage(ctx: Ctx, input: unknown): Promise<Coverage> {
  requirePermission(ctx, "segments:read");
  const { rule, segmentId } = parseInput(draftSchema, input);
  const { total } = await ask(ctx, rule, segmentId);
  return coverageOf(ctx, total);
}

/** The same of a segment's members as kept. */
export async function segmentCoverage(ctx: Ctx, input: unknown): Promise<Coverage> {
  requirePermission(ctx, "segments:read");
  const { id } = parseInput(idSchema, input);
  const [segment] = await ctx.sql`select 1 from segments where id = ${id} and deleted_at is null`;
  if (!segment) throw notFound("The segment");
  return coverageOf(ctx, await memberSet(ctx.sql, id));
}

/** Each type is a row like those of rules, so its set is kept and shared with them. */
async function coverageOf(ctx: Ctx, people: IdSet): Promise<Coverage> {
  const types = (await listIdentifierTypes(ctx)).slice(0, TYPES);
  const leaves = [...types, null].map((type, i): Leaf => ({
    kind: "identifier",
    id: `type${i}`,
    type,
    compare: { operator: "at_least", n: 1 },
  }));
  const { timezone: zone } = await companySettings(ctx.sql);
  const { sets, asOf } = await engineOf(ctx.root).ask(
    { version: 1, root: { kind: "group", id: "types", match: "any", children: leaves } },
    { zone },
  );
  const holding = (type: string): IdSet => {
    const at = types.indexOf(type);
    return (at < 0 ? undefined : sets.get(`type${at}`)) ?? IdSet.EMPTY;
  };
  const holders = (i: number): number => sets.get(`type${i}`)?.andSize(people) ?? 0;
  return {
    asOf: new Date(asOf).toISOString(),
    total: people.size,
    types: types.map((type, i) => ({ type, people: holders(i) })).toSorted((a, b) => b.people - a.people || a.type.localeCompare(b.type)),
    none: people.size - holders(types.length),
    reach: can(ctx, "consent:read") ? await reachOf(ctx, people, holding) : [],
  };
}

/** After consent, unsubscriptions, pauses and suppressed addresses: purpose by purpose, channel by channel. */
async function reachOf(ctx: Ctx, people: IdSet, holding: (type: string) => IdSet): Promise<ChannelReach[]> {
  const out: ChannelReach[] = [];
  for (const { id, name, status, terms } of (await currentSettings(ctx)).purposes.values()) {
    if (status !== "published" || terms.legalBasis === "contract" || terms.legalBasis === "legal_obligation") continue;
    for (const channel of terms.channels) {
      const allowed = people.and(await allowedSet(ctx, { purpose: id, channel }));
      const types = CHANNEL_IDENTIFIERS[channel];
      const having = types?.reduce((all, type) => all.or(holding(type)), IdSet.EMPTY);
      out.push({
        purposeId: id,
        purpose: name,
        channel,
        allowed: allowed.size,
        reachable: having ? allowed.andSize(having) : allowed.size,
      });
    }
  }
  return out;
}
