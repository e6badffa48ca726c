import { route } from "@/app/_server/route";
import { readPersonConsent } from "@/domain/consent";
import { DomainError } from "@/domain/kernel/errors";

/** A person's consent, now or `asOf` any time. */
export const GET = route<{ id: string }>("consent:read", (ctx, request, { id }) => {
  if (!/^\d{1,10}$/.test(id)) throw new DomainError("NOT_FOUND", "There is nobody with this id.");
  const asOf = request.nextUrl.searchParams.get("asOf");
  return readPersonConsent(ctx, { profileId: Number(id), ...(asOf === null ? {} : { asOf }) });
});
