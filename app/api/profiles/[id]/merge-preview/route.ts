import { route } from "@/app/_server/route";
import { previewMerge } from "@/domain/profiles";
import { idOf } from "../../params";

export const GET = route<{ id: string }>("profiles:write", (ctx, request, { id }) =>
  previewMerge(ctx, { profileId: idOf(id), otherId: idOf(request.nextUrl.searchParams.get("other") ?? "") }),
);
