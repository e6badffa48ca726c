import { route } from "@/app/_server/route";
import { previewPurpose } from "@/domain/consent";
import { DomainError } from "@/domain/kernel/errors";

/** How many people draft terms (`terms`, JSON) of a purpose would allow, beside how many are allowed now. */
export const GET = route("purposes:write", (ctx, request) => {
  const { terms = "{}", id } = Object.fromEntries(request.nextUrl.searchParams);
  let parsed: unknown;
  try {
    parsed = JSON.parse(terms);
  } catch {
    throw new DomainError("VALIDATION", "The parameter terms is not JSON.", { fields: { terms: "not JSON" } });
  }
  return previewPurpose(ctx, { ...(id === undefined ? {} : { id }), terms: parsed });
});
