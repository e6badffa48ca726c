import { route } from "@/app/_server/route";
import { DomainError } from "@/domain/kernel/errors";
import { listAccountTraits, listEventNames, listEventProperties, listTraits, suggestValues } from "@/domain/segments";

/** What was really seen: `of=events`, `traits`, `account_traits`, `properties` (of `event`) or `values` (of a place: `kind`, `path`, `event`, `prefix`). */
export const GET = route("segments:read", async (ctx, request) => {
  const { of, path, ...rest } = Object.fromEntries(request.nextUrl.searchParams);
  switch (of) {
    case "events":
      return listEventNames(ctx);
    case "traits":
      return listTraits(ctx);
    case "account_traits":
      return listAccountTraits(ctx);
    case "properties":
      return rest.event ? listEventProperties(ctx, rest.event) : [];
    case "values":
      return suggestValues(ctx, { ...rest, ...(path === undefined ? {} : { path: pathOf(path) }) });
    default:
      throw new DomainError("VALIDATION", "Say what of: events, traits, account_traits, properties or values.", {
        fields: { of: "unknown" },
      });
  }
});

function pathOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new DomainError("VALIDATION", "The parameter path is not JSON.", { fields: { path: "not JSON" } });
  }
}
