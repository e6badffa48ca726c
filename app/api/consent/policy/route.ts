import { route } from "@/app/_server/route";
import { previewPolicy } from "@/domain/consent";
import { DomainError } from "@/domain/kernel/errors";

/** What changed cells (`cells`, JSON) of the policy matrix would do to how many people. Nothing is saved. */
export const GET = route("purposes:write", (ctx, request) => {
  let cells: unknown;
  try {
    cells = JSON.parse(request.nextUrl.searchParams.get("cells") ?? "[]");
  } catch {
    throw new DomainError("VALIDATION", "The parameter cells is not JSON.", { fields: { cells: "not JSON" } });
  }
  return previewPolicy(ctx, { cells });
});
