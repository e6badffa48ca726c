import { route } from "@/app/_server/route";
import { exportSegmentFile } from "@/domain/segments";

/** The definition as a JSON file. */
export const GET = route<{ id: string }>("segments:read", async (ctx, _request, { id }) => {
  const file = await exportSegmentFile(ctx, { id });
  return new Response(`${JSON.stringify(file, null, 2)}\n`, {
    headers: {
      "content-type": "application/json; charset=utf-8",
      "content-disposition": `attachment; filename="${file.key.replaceAll(/[^a-z0-9_]/g, "") || "segment"}.segment.json"`,
      "x-content-type-options": "nosniff",
    },
  });
});
