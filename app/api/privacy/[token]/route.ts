import type { NextRequest } from "next/server";
import { anonymousContext } from "@/app/_server/auth";
import { refuse } from "@/app/_server/route";
import { openPackageByLink } from "@/domain/governance";
import { notFound } from "@/domain/kernel/errors";

/** The person's own data as a file. The link's token is the permission. */
export async function GET(request: NextRequest, { params }: { params: Promise<{ token: string }> }): Promise<Response> {
  try {
    const { token } = await params;
    const made = await openPackageByLink(anonymousContext(), token);
    if (!made) throw notFound("This link");
    return new Response(JSON.stringify(made, null, 2), {
      headers: {
        "content-type": "application/json; charset=utf-8",
        "content-disposition": `attachment; filename="your-data-${made.request}.json"`,
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
      },
    });
  } catch (error) {
    return refuse(error, request.nextUrl.pathname.replace(/[^/]+$/, "…"));
  }
}
