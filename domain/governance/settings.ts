import { z } from "zod";
import type { AnySql } from "@/db/client";
import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { parseInput, withTx, type Ctx } from "@/domain/kernel";
import { DEFAULT_REQUEST_SETTINGS, type RequestSettings } from "./model";

const days = (most: number): z.ZodNumber => z.number().int("Enter a whole number.").min(1, "At least 1.").max(most, `At most ${most}.`);

const schema = z.strictObject({
  gdprMonths: days(1),
  ccpaDays: days(45),
  optOutBusinessDays: days(15),
  otherDays: days(365),
  twoPersonErasure: z.boolean(),
  linkDays: days(30),
  verifyMegabytes: z.number().int().min(0).max(1_000_000),
});

export async function requestSettings(sql: AnySql): Promise<RequestSettings> {
  const [row] = await sql<{ value: Partial<RequestSettings> }[]>`select value from settings where key = 'requests'`;
  return { ...DEFAULT_REQUEST_SETTINGS, ...row?.value };
}

export async function readRequestSettings(ctx: Ctx): Promise<RequestSettings> {
  requirePermission(ctx, "requests:read");
  return requestSettings(ctx.sql);
}

/** Changes deadlines (never beyond what the laws give), two-person approval, and how long links work. */
export async function updateRequestSettings(ctx: Ctx, input: unknown): Promise<RequestSettings> {
  requirePermission(ctx, "people:erase");
  const given = parseInput(schema, input);
  return withTx(ctx, async (tx) => {
    const before = await requestSettings(tx.sql);
    await tx.sql`
      insert into settings (key, value, updated_at, updated_by)
      values ('requests', ${JSON.stringify(given)}::text::jsonb, ${tx.clock.now()}, ${tx.actor.id})
      on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at, updated_by = excluded.updated_by`;
    await recordAudit(tx, { action: "settings.changed", object: { type: "settings", id: "requests" }, before, after: given });
    return given;
  });
}
