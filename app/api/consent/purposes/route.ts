import { route } from "@/app/_server/route";
import { purposeChoices } from "@/domain/consent";

/** Purposes that a use (`destination`) may be for, with how many people each reaches now. */
export const GET = route("profiles:read", (ctx, request) =>
  purposeChoices(ctx, { destination: request.nextUrl.searchParams.get("destination") ?? "export" }),
);
