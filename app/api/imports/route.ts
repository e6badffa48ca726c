import { route } from "@/app/_server/route";
import { listImports } from "@/domain/imports";

/** Imports, newest first: polled while one is under way. */
export const GET = route("imports:read", (ctx) => listImports(ctx));
