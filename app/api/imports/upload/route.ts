import { bodyPieces } from "@/app/_server/body-pieces";
import { route } from "@/app/_server/route";
import { uploadFile } from "@/domain/imports";
import { DomainError } from "@/domain/kernel/errors";

/**
 * The bytes of a file, as a stream: `POST /api/imports/upload?id=imp_...` with the file as the body. Outside proxy.ts,
 * which would hold the body back and cut it.
 */
export const POST = route(
  "imports:write",
  async (ctx, request) => {
    if (!request.body) throw new DomainError("VALIDATION", "The file is empty.");
    const length = Number(request.headers.get("content-length"));
    return uploadFile(
      ctx,
      { id: request.nextUrl.searchParams.get("id") },
      bodyPieces(request.body),
      Number.isFinite(length) && length > 0 ? length : null,
    );
  },
  { accept: ["application/octet-stream"] },
);
