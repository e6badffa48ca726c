import { route } from "@/app/_server/route";
import { readRejectedSample } from "@/domain/sources";

export const GET = route<{ id: string; rejectedId: string }>("debugger:read", (ctx, _request, { id, rejectedId }) =>
  readRejectedSample(ctx, { sourceId: id, id: rejectedId }),
);
