import { route } from "@/app/_server/route";
import { pathsReport } from "@/domain/attribution";
import { numberOf, questionOf } from "../question";

/** The ways to conversions. Query: the question, repeats (true: told apart), limit, drawn. */
export const GET = route("reports:read", (ctx, request) =>
  pathsReport(ctx, {
    ...questionOf(request),
    repeats: request.nextUrl.searchParams.get("repeats") === "true",
    limit: numberOf(request, "limit", 50),
    drawn: numberOf(request, "drawn", 10),
  }),
);
