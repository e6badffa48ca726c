import { route } from "@/app/_server/route";
import { personName } from "@/components/profiles/format";
import { searchProfiles } from "@/domain/profiles";

/** People for the command palette: a link and two texts each. */
export const GET = route("profiles:read", async (ctx, request) => {
  const { hits } = await searchProfiles(ctx, { q: request.nextUrl.searchParams.get("q") ?? "", limit: 8 });
  return hits.map((hit) => ({
    href: `/profiles/${hit.id}`,
    label: personName(hit),
    detail: hit.matchedValue ?? hit.email ?? hit.phone ?? undefined,
  }));
});
