import { csvDownload } from "@/app/_server/csv-download";
import { route } from "@/app/_server/route";
import { exportAnonymous, exportPeople } from "@/domain/profiles";
import { readParams } from "../params";

/** People as a CSV download, streamed: memory does not grow with the number of people. */
export const GET = route("profiles:export", async (ctx, request) => {
  const params = readParams(request.nextUrl.searchParams, ["filter", "columns", "bom", "quasi", "k"]);
  const lines = await (params["k"] === undefined ? exportPeople(ctx, params) : exportAnonymous(ctx, params));
  return csvDownload(lines, `people-${ctx.clock.now().toISOString().slice(0, 10)}`);
});
