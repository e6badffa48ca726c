import { route } from "@/app/_server/route";
import { listPeople } from "@/domain/profiles";
import { readParams } from "./params";

/** A page of the people table. */
export const GET = route("profiles:read", (ctx, request) =>
  listPeople(ctx, readParams(request.nextUrl.searchParams, ["filter", "traits", "computed", "limit"])),
);
