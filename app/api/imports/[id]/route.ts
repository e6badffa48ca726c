import { route } from "@/app/_server/route";
import { getImport } from "@/domain/imports";

/** One import: polled while it is under way. */
export const GET = route<{ id: string }>("imports:read", (ctx, _request, { id }) => getImport(ctx, { id }));
