import { route } from "@/app/_server/route";
import { searchProfiles } from "@/domain/profiles";

export const GET = route("profiles:read", (ctx, request) => searchProfiles(ctx, { q: request.nextUrl.searchParams.get("q") ?? "" }));
