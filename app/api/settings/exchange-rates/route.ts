import { route } from "@/app/_server/route";
import { exportExchangeRates } from "@/domain/access";

/** The rates as a CSV file. */
export const GET = route("settings:read", async (ctx) => {
  const { name, text } = await exportExchangeRates(ctx);
  return new Response(text, {
    headers: { "content-type": "text/csv; charset=utf-8", "content-disposition": `attachment; filename="${name}"` },
  });
});
