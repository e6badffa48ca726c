import type { AnySql } from "@/db/client";
import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { withTx } from "@/domain/kernel/context";
import type { Ctx } from "@/domain/kernel/context";
import { parseInput } from "@/domain/kernel/parse";
import { DEFAULT_REPORT_SETTINGS, reportSettingsSchema } from "./schemas";
import type { ReportSettings } from "./schemas";

export async function reportSettings(sql: AnySql): Promise<ReportSettings> {
  const [row] = await sql<{ value: Partial<ReportSettings> }[]>`select value from settings where key = 'reports'`;
  return { ...DEFAULT_REPORT_SETTINGS, ...row?.value };
}

export async function readReportSettings(ctx: Ctx): Promise<ReportSettings> {
  requirePermission(ctx, "reports:read");
  return reportSettings(ctx.sql);
}

/** Changes the margin and the fixed costs that profit and payback are reckoned with. */
export async function updateReportSettings(ctx: Ctx, input: unknown): Promise<ReportSettings> {
  requirePermission(ctx, "reports:write");
  const given = parseInput(reportSettingsSchema, input);
  return withTx(ctx, async (tx) => {
    const before = await reportSettings(tx.sql);
    await tx.sql`
      insert into settings (key, value, updated_at, updated_by)
      values ('reports', ${JSON.stringify(given)}::text::jsonb, ${tx.clock.now()}, ${tx.actor.id})
      on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at, updated_by = excluded.updated_by`;
    await recordAudit(tx, { action: "settings.changed", object: { type: "settings", id: "reports" }, before, after: given });
    return given;
  });
}
