import { route } from "@/app/_server/route";
import { personJourneys } from "@/domain/journeys";
import { DomainError } from "@/domain/kernel/errors";

/** Journeys that a person is or was in, and why others did not take them. */
export const GET = route<{ profile: string }>("profiles:read", (ctx, _request, { profile }) => {
  if (!/^[1-9]\d{0,8}$/.test(profile)) throw new DomainError("NOT_FOUND", "Nobody has this profile id.");
  return personJourneys(ctx, Number(profile));
});
