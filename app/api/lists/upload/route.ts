import { bodyPieces } from "@/app/_server/body-pieces";
import { route } from "@/app/_server/route";
import { DomainError } from "@/domain/kernel/errors";
import { uploadToList } from "@/domain/segments";

/** Identifiers into a list: `POST /api/lists/upload?id=lst_...&mode=add` with the CSV as the body, read as it arrives. */
export const POST = route(
  "segments:write",
  (ctx, request) => {
    if (!request.body) throw new DomainError("VALIDATION", "The file is empty.");
    const { id, mode, type, fileName } = Object.fromEntries(request.nextUrl.searchParams);
    return uploadToList(ctx, { id, mode, type: type || null, fileName }, bodyPieces(request.body));
  },
  { accept: ["application/octet-stream"] },
);
