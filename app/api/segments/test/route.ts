import { route } from "@/app/_server/route";
import { testPerson, type TestPersonInput } from "@/domain/segments";

/** One person against a draft. */
export const POST = route("segments:read", async (ctx, request) => testPerson(ctx, (await request.json()) as TestPersonInput));
