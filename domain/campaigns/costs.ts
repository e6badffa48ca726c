import { z } from "zod";
import { companySettings, requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { withTx } from "@/domain/kernel/context";
import type { Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { newId } from "@/domain/kernel/ids";
import { parseInput } from "@/domain/kernel/parse";
import { parseCosts } from "./parse-costs";
import type { CostLine } from "./parse-costs";
import { assignTouches } from "./campaigns";

/** Rows of one import: a year of a few hundred ads. */
const MOST_LINES = 200_000;

const importSchema = z.strictObject({
  /** The file's text. */
  text: z.string().min(1, "The file is empty.").max(50_000_000, "The file has more than 50 MB."),
  /** Currency of rows that name none. */
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/u)
    .nullable()
    .default(null),
  dryRun: z.boolean().default(false),
});

export interface CostImport {
  readonly preset: string;
  readonly lines: number;
  readonly amount: number;
  readonly currency: string;
  readonly from: string | null;
  readonly to: string | null;
  /** Campaign names in the file that the registry does not have yet: made by the import. */
  readonly newCampaigns: readonly string[];
  /** Rows that were left out, with the reason and the row of the file. */
  readonly rejected: readonly { readonly row: number; readonly reason: string }[];
}

/**
 * Reads an ad platform's cost report (the platform is told by its columns) into costs per day, campaign, ad set, ad and
 * keyword. The same line again replaces the earlier one: importing a file twice changes nothing.
 */
export async function importCosts(ctx: Ctx, input: unknown): Promise<CostImport> {
  requirePermission(ctx, "campaigns:write");
  const given = parseInput(importSchema, input);
  const settings = await companySettings(ctx.sql);
  const { preset, lines, rejected } = parseCosts(given.text, given.currency ?? settings.currency);
  if (lines.length > MOST_LINES)
    throw new DomainError(
      "LIMIT_EXCEEDED",
      `The file has ${lines.length} rows; at most ${MOST_LINES} fit into one import. Split it by months.`,
    );
  const summed = sumLines(lines);
  const days = summed.map(({ day }) => day).toSorted();
  return withTx(ctx, async (tx) => {
    const known = await tx.sql<{ id: string; name: string; utm: string | null; ref: string | null }[]>`
      select id, name, utm_campaign as utm, external_id as ref from campaigns where archived_at is null`;
    const byName = new Map(
      known.flatMap(({ id, name, utm, ref }) =>
        [name.toLowerCase(), utm, ref].flatMap((key): [string, string][] => (key === null ? [] : [[key.toLowerCase(), id]])),
      ),
    );
    const unknown = [
      ...new Map(
        summed.filter((line) => idOf(byName, line) === undefined).map((line) => [line.campaignRef || line.campaign.toLowerCase(), line]),
      ).values(),
    ];
    const result: CostImport = {
      preset,
      lines: summed.length,
      amount: Math.round(summed.reduce((sum, { amount }) => sum + amount, 0) * 100) / 100,
      currency: summed[0]?.currency ?? settings.currency,
      from: days[0] ?? null,
      to: days.at(-1) ?? null,
      newCampaigns: unknown.map(({ campaign, campaignRef }) => campaign || campaignRef),
      rejected: rejected.slice(0, 100),
    };
    if (given.dryRun) return result;
    if (summed.length === 0)
      throw new DomainError("VALIDATION", `No row of the file can be used: ${rejected[0]?.reason ?? "it has no rows"}.`, {
        fields: { text: rejected[0]?.reason ?? "no rows" },
      });
    for (const line of unknown) {
      const made = newId("cmp");
      // Another campaign may be found by the name already: this one is told by the platform's id alone.
      const utm = line.campaign === "" || byName.has(line.campaign.toLowerCase()) ? null : line.campaign.toLowerCase();
      await tx.sql`
        insert into campaigns (id, name, utm_campaign, external_id, channel, source, medium, currency, origin)
        values (${made}, ${line.campaign || line.campaignRef}, ${utm}, ${line.campaignRef || null},
          ${line.channel}, ${line.source}, ${line.medium}, ${line.currency}, 'import')`;
      if (line.campaignRef !== "") byName.set(line.campaignRef.toLowerCase(), made);
      if (utm !== null) byName.set(utm, made);
    }
    const rows = summed.map((line) => ({ ...line, id: idOf(byName, line) }));
    await tx.sql`
      insert into campaign_costs (day, campaign_id, ad_set, ad, keyword, amount, currency, impressions, clicks, origin)
      select day, id, "adSet", ad, keyword, amount, currency, impressions, clicks, ${preset}
      from json_to_recordset(${JSON.stringify(rows)}::text::json) as r(day date, id text, "adSet" text, ad text, keyword text, amount numeric, currency text, impressions int8, clicks int8)
      on conflict (day, campaign_id, ad_set, ad, keyword) do update set amount = excluded.amount, currency = excluded.currency,
        impressions = excluded.impressions, clicks = excluded.clicks, origin = excluded.origin, updated_at = now()`;
    if (unknown.length > 0) await assignTouches(tx.sql);
    await recordAudit(tx, {
      action: "costs.imported",
      object: { type: "costs", id: preset },
      detail: {
        lines: result.lines,
        amount: result.amount,
        currency: result.currency,
        from: result.from,
        to: result.to,
        campaigns: unknown.length,
      },
    });
    return result;
  });
}

function idOf(byName: ReadonlyMap<string, string>, { campaign, campaignRef }: CostLine): string | undefined {
  return (
    (campaignRef === "" ? undefined : byName.get(campaignRef.toLowerCase())) ??
    (campaign === "" ? undefined : byName.get(campaign.toLowerCase()))
  );
}

/** Reports split lines further than we keep them (by device, by hour): what falls on one of ours is added up. */
function sumLines(lines: readonly CostLine[]): CostLine[] {
  const sums = new Map<string, CostLine>();
  for (const line of lines) {
    const key = JSON.stringify([
      line.day,
      line.campaignRef || line.campaign.toLowerCase(),
      line.adSet,
      line.ad,
      line.keyword,
      line.currency,
    ]);
    const before = sums.get(key);
    sums.set(
      key,
      before === undefined
        ? line
        : {
            ...line,
            amount: before.amount + line.amount,
            impressions: before.impressions + line.impressions,
            clicks: before.clicks + line.clicks,
          },
    );
  }
  return [...sums.values()];
}

const entrySchema = z.strictObject({
  campaignId: z.string().max(60),
  day: z.iso.date(),
  amount: z.number().min(0).max(1e12),
  currency: z.string().regex(/^[A-Z]{3}$/u),
});

/** Enters one day's cost of a campaign by hand; 0 takes it out. */
export async function enterCost(ctx: Ctx, input: unknown): Promise<void> {
  requirePermission(ctx, "campaigns:write");
  const given = parseInput(entrySchema, input);
  await withTx(ctx, async (tx) => {
    const [campaign] = await tx.sql`select 1 from campaigns where id = ${given.campaignId} and archived_at is null`;
    if (!campaign) throw new DomainError("NOT_FOUND", "This campaign is not there any more.");
    if (given.amount === 0) {
      await tx.sql`delete from campaign_costs where campaign_id = ${given.campaignId} and day = ${given.day} and ad_set = '' and ad = '' and keyword = ''`;
    } else {
      await tx.sql`
        insert into campaign_costs (day, campaign_id, amount, currency, origin) values (${given.day}, ${given.campaignId}, ${given.amount}, ${given.currency}, 'manual')
        on conflict (day, campaign_id, ad_set, ad, keyword) do update set amount = excluded.amount, currency = excluded.currency, origin = excluded.origin, updated_at = now()`;
    }
    await recordAudit(tx, {
      action: "costs.entered",
      object: { type: "campaign", id: given.campaignId },
      detail: { day: given.day, amount: given.amount, currency: given.currency },
    });
  });
}
