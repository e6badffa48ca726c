import { route } from "@/app/_server/route";
import { publishedVersion } from "@/domain/journeys";
import { DomainError } from "@/domain/kernel/errors";

export const GET = route<{ id: string; version: string }>("journeys:read", (ctx, _request, { id, version }) => {
  if (!/^\d{1,9}$/.test(version)) throw new DomainError("NOT_FOUND", "A version is a number.");
  return publishedVersion(ctx, id, Number(version));
});
