import { route } from "@/app/_server/route";
import { countPeople } from "@/domain/profiles";
import { readParams } from "../params";

export const GET = route("profiles:read", (ctx, request) =>
  countPeople(ctx, readParams(request.nextUrl.searchParams, ["filter"]).filter ?? {}),
);
