import { route } from "@/app/_server/route";
import { campaignReport } from "@/domain/attribution";
import { numberOf } from "../question";

/** One campaign by its ads. Query: campaign, conversion, from, to, model, half. */
export const GET = route("reports:read", (ctx, request) => {
  const query = request.nextUrl.searchParams;
  return campaignReport(ctx, {
    campaignId: query.get("campaign") ?? "",
    conversionId: query.get("conversion") ?? "",
    from: query.get("from") ?? "",
    to: query.get("to") ?? "",
    model: query.get("model") ?? "last_non_direct",
    halfLifeDays: numberOf(request, "half", 7),
  });
});
