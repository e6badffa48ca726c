import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { route } from "@/app/_server/route";
import { openErrorFile } from "@/domain/imports";

/** The file of rejected rows, as a download. */
export const GET = route<{ id: string }>("imports:read", async (ctx, _request, { id }) => {
  const { path, bytes, name } = await openErrorFile(ctx, { id });
  const body = Readable.toWeb(createReadStream(path, { end: bytes - 1 })) as ReadableStream<Uint8Array>;
  return new Response(body, {
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-length": String(bytes),
      "content-disposition": `attachment; filename="rejected-rows.csv"; filename*=UTF-8''${encodeURIComponent(name).replaceAll("'", "%27")}`,
      "x-content-type-options": "nosniff",
      "content-security-policy": "sandbox; default-src 'none'",
    },
  });
});
