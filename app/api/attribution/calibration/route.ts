import { route } from "@/app/_server/route";
import { calibrations } from "@/domain/experiments";
import { numberOf, questionOf } from "../question";

/** What experiments say about rows of the report. Query: as the report's. */
export const GET = route("reports:read", (ctx, request) =>
  calibrations(ctx, {
    ...questionOf(request),
    models: (request.nextUrl.searchParams.get("models") ?? "").split(",").filter((model) => model !== ""),
    halfLifeDays: numberOf(request, "half", 7),
    custom: { first: numberOf(request, "first", 40), middle: numberOf(request, "middle", 20), last: numberOf(request, "last", 40) },
  }),
);
