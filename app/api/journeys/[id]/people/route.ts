import { route } from "@/app/_server/route";
import { journeyPeople } from "@/domain/journeys";

/** People who entered, the newest first: at a step (`node`), or with a `status`. */
export const GET = route<{ id: string }>("profiles:read", (ctx, request, { id }) => {
  const { searchParams } = request.nextUrl;
  return journeyPeople(ctx, { id, node: searchParams.get("node"), status: searchParams.get("status") });
});
