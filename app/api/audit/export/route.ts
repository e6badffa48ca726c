import { csvDownload } from "@/app/_server/csv-download";
import { route } from "@/app/_server/route";
import { exportAudit } from "@/domain/audit";

/** The filtered audit log as a CSV download. */
export const GET = route("audit:read", async (ctx, request) => {
  const params = request.nextUrl.searchParams;
  const filter = Object.fromEntries(["q", "action", "actor"].flatMap((name) => (params.get(name) ? [[name, params.get(name)]] : [])));
  return csvDownload(await exportAudit(ctx, filter), `audit-${ctx.clock.now().toISOString().slice(0, 10)}`);
});
