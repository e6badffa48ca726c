import { route } from "@/app/_server/route";
import { explainChannel } from "@/domain/attribution";
import { numberOf, questionOf } from "../question";

/** The paths that give one channel (campaign ...) its credit. Query: the question, name, model, half. */
export const GET = route("reports:read", (ctx, request) =>
  explainChannel(ctx, {
    ...questionOf(request),
    name: request.nextUrl.searchParams.get("name") ?? "",
    model: request.nextUrl.searchParams.get("model") ?? "",
    halfLifeDays: numberOf(request, "half", 7),
  }),
);
