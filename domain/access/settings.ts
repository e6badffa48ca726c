import { z } from "zod";
import type { AnySql } from "@/db/client";
import { recordAudit } from "@/domain/kernel/record-audit";
import { withTx, type Ctx } from "@/domain/kernel/context";
import { parseInput } from "@/domain/kernel/parse";
import { DEFAULT_COMPANY, type CompanySettings } from "./model";
import { requirePermission } from "./require-permission";

const known = (timeZone: string): boolean => {
  try {
    return new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
};

const schema = z.strictObject({
  name: z.string().trim().min(1, "Enter the company's name.").max(100, "The name has more than 100 characters."),
  timezone: z.string().max(64).refine(known, "Choose a time zone such as Europe/Berlin."),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, "Choose a currency such as EUR.")
    .refine((code) => Intl.supportedValuesOf("currency").includes(code), "Choose a currency such as EUR."),
});

/** The company's settings, for other rooms and for every page (no personal data, so no permission of its own). */
export async function companySettings(sql: AnySql): Promise<CompanySettings> {
  const [row] = await sql<{ value: Partial<CompanySettings> }[]>`select value from settings where key = 'company'`;
  return { ...DEFAULT_COMPANY, ...row?.value };
}

export async function readSettings(ctx: Ctx): Promise<CompanySettings> {
  requirePermission(ctx, "settings:read");
  return companySettings(ctx.sql);
}

/** Changes the company's name, time zone and currency. */
export async function updateSettings(ctx: Ctx, input: unknown): Promise<CompanySettings> {
  requirePermission(ctx, "settings:write");
  const given = parseInput(schema, input);
  return withTx(ctx, async (tx) => {
    const before = await companySettings(tx.sql);
    await tx.sql`
      insert into settings (key, value, updated_at, updated_by)
      values ('company', ${JSON.stringify(given)}::text::jsonb, ${tx.clock.now().toISOString()}::timestamptz, ${tx.actor.id})
      on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at, updated_by = excluded.updated_by`;
    await recordAudit(tx, { action: "settings.changed", object: { type: "settings", id: "company" }, before, after: given });
    return given;
  });
}
