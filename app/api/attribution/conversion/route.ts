import { route } from "@/app/_server/route";
import { explainConversion } from "@/domain/attribution";
import { numberOf, questionOf } from "../question";

/** One conversion with the weight of each of its touches. Query: the question, event, half. */
export const GET = route("profiles:read", (ctx, request) =>
  explainConversion(ctx, {
    ...questionOf(request),
    eventId: numberOf(request, "event", 0),
    halfLifeDays: numberOf(request, "half", 7),
  }),
);
