import { route } from "@/app/_server/route";
import { getRulesPreview, previewIdentityRules } from "@/domain/identity";

/** Starts a dry run of rules over history; a large archive is replayed by a job. */
export const POST = route("identity:write", async (ctx, request) => previewIdentityRules(ctx, await request.json()));

/** How far the job is, and its result. */
export const GET = route("identity:write", (ctx, request) =>
  getRulesPreview(ctx, { jobId: Number(request.nextUrl.searchParams.get("job")) }),
);
