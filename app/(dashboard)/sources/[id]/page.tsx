import { requireUser } from "@/app/_server/auth";
import { SourceOverview } from "@/components/sources/source-overview";
import { can } from "@/domain/access";
import { env } from "@/domain/kernel/env";
import { readSourceVolume } from "@/domain/sources";
import { sourceOf } from "./source-page";

export default async function SourcePage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const ctx = await requireUser("sources:read");
  const source = await sourceOf(id);
  return (
    <SourceOverview
      initial={source}
      volume={await readSourceVolume(ctx, { id, range: "24h" })}
      origin={env().APP_ORIGIN?.replace(/\/$/, "") ?? null}
      canWatch={can(ctx, "debugger:read")}
      canWrite={can(ctx, "sources:write")}
    />
  );
}
