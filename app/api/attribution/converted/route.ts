import { route } from "@/app/_server/route";
import { listConverted } from "@/domain/attribution";
import { numberOf, questionOf } from "../question";

/** Single conversions, the newest first. Query: the question, through (a name that must be on the path), limit. */
export const GET = route("profiles:read", (ctx, request) =>
  listConverted(ctx, {
    ...questionOf(request),
    through: request.nextUrl.searchParams.get("through"),
    limit: numberOf(request, "limit", 50),
  }),
);
