import NextAuth from "next-auth";
import type { NextRequest } from "next/server";
import { authOptions } from "@/app/_server/auth-options";
import { requireOurOrigin } from "@/app/_server/origin";
import { refuse } from "@/app/_server/route";

interface Context {
  params: Promise<{ nextauth: string[] }>;
}

/** next-auth's own endpoints. Public by nature: this is where a session begins. */
async function handle(request: NextRequest, context: Context): Promise<Response> {
  try {
    if (request.method !== "GET") requireOurOrigin(request.headers);
    return (await NextAuth(request, context, authOptions())) as Response;
  } catch (error) {
    return refuse(error, "/api/auth");
  }
}

export { handle as GET, handle as POST };
