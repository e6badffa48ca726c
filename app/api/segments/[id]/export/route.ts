import { csvDownload } from "@/app/_server/csv-download";
import { route } from "@/app/_server/route";
import { exportSegment } from "@/domain/segments";

/** The members as a CSV download, streamed. */
export const GET = route<{ id: string }>("profiles:export", async (ctx, _request, { id }) =>
  csvDownload(await exportSegment(ctx, { id }), `segment-${ctx.clock.now().toISOString().slice(0, 10)}`),
);
