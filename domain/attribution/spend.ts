import type { Ctx } from "@/domain/kernel/context";
import type { ReportInput } from "./model";

/** Spend of the range by channel or campaign name. Empty for dimensions that costs do not know. */
export async function spendBy(
  { sql }: Ctx,
  { dimension, from, to }: Pick<ReportInput, "dimension" | "from" | "to">,
): Promise<Map<string, number>> {
  if (dimension !== "channel" && dimension !== "campaign") return new Map();
  const rows = await sql<{ name: string; amount: number }[]>`
    select ${dimension === "channel" ? sql`c.channel` : sql`c.name`} as name, sum(k.amount)::float8 as amount
    from campaign_costs k join campaigns c on c.id = k.campaign_id where k.day between ${from} and ${to} group by 1`;
  return new Map(rows.map(({ name, amount }) => [name, amount]));
}
