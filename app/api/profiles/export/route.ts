import { route } from "@/app/_server/route";
import { exportPeople } from "@/domain/profiles";
import { readParams } from "../params";

/** People as a CSV download, streamed: memory does not grow with the number of people. */
export const GET = route("profiles:export", async (ctx, request) => {
  const lines = await exportPeople(ctx, readParams(request.nextUrl.searchParams, ["filter", "columns", "bom"]));
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await lines.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await lines.return();
    },
  });
  const day = ctx.clock.now().toISOString().slice(0, 10);
  return new Response(body, {
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": `attachment; filename="people-${day}.csv"`,
      "x-content-type-options": "nosniff",
    },
  });
});
