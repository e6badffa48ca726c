import { route } from "@/app/_server/route";
import { experimentResult } from "@/domain/experiments";

/** Results of an experiment. Query: id, measure, arm, cuped (1), before (days), by, score. */
export const GET = route("reports:read", (ctx, request) => {
  const query = request.nextUrl.searchParams;
  const text = (name: string): string | null => query.get(name) || null;
  return experimentResult(ctx, {
    id: query.get("id") ?? "",
    measure: query.get("measure") ?? "rate",
    arm: text("arm"),
    cuped: query.get("cuped") === "1",
    beforeDays: Number(query.get("before") ?? 28),
    by: text("by"),
    score: text("score"),
  });
});
