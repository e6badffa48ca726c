import { route } from "@/app/_server/route";
import { creditIntervals } from "@/domain/attribution";
import { numberOf, questionOf } from "../question";

/** 95 % intervals of the value credited. Query: the question, model, half, seed. */
export const GET = route("reports:read", (ctx, request) =>
  creditIntervals(ctx, {
    ...questionOf(request),
    model: request.nextUrl.searchParams.get("model") ?? "",
    halfLifeDays: numberOf(request, "half", 7),
    seed: numberOf(request, "seed", 1),
  }),
);
