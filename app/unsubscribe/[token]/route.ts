import { NextResponse, type NextRequest } from "next/server";
import { anonymousContext } from "@/app/_server/auth";
import { refuse } from "@/app/_server/route";
import { clientInfo } from "@/app/_server/session";
import { unsubscribeOneClick } from "@/domain/preferences";

interface Context {
  params: Promise<{ token: string }>;
}

/** RFC 8058: the mail program posts `List-Unsubscribe=One-Click`, without cookies and without a page. */
export async function POST(request: NextRequest, { params }: Context): Promise<Response> {
  try {
    await unsubscribeOneClick(anonymousContext(), decodeURIComponent((await params).token), await clientInfo());
    return new Response("You are unsubscribed.\n", {
      headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
    });
  } catch (error) {
    return refuse(error, request.nextUrl.pathname);
  }
}

/** A person who follows the link sees the page: reading a link changes nothing, since mail scanners follow links too. */
export async function GET(request: NextRequest, { params }: Context): Promise<Response> {
  const target = request.nextUrl.clone();
  target.pathname = `/preferences/${(await params).token}`;
  return new NextResponse(null, { status: 303, headers: { location: target.pathname, "cache-control": "no-store" } });
}
