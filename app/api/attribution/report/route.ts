import { route } from "@/app/_server/route";
import { attributionReport } from "@/domain/attribution";
import { numberOf, questionOf } from "../question";

/** Credit per channel, campaign or source under the models asked for. Query: the question, models (comma), half, first, middle, last. */
export const GET = route("reports:read", (ctx, request) =>
  attributionReport(ctx, {
    ...questionOf(request),
    models: (request.nextUrl.searchParams.get("models") ?? "").split(",").filter((model) => model !== ""),
    halfLifeDays: numberOf(request, "half", 7),
    custom: { first: numberOf(request, "first", 40), middle: numberOf(request, "middle", 20), last: numberOf(request, "last", 40) },
  }),
);
