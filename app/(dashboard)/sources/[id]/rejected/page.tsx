import { requireUser } from "@/app/_server/auth";
import { Rejected } from "@/components/sources/rejected";
import { can } from "@/domain/access";
import { discardRejectedMessages, replayRejectedMessages } from "../../actions";
import { sourceOf } from "../source-page";

export default async function RejectedMessagesPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const ctx = await requireUser("sources:read");
  await sourceOf(id);
  return (
    <Rejected
      sourceId={id}
      canWrite={can(ctx, "sources:write")}
      canOpen={can(ctx, "debugger:read")}
      actions={{ replay: replayRejectedMessages, discard: discardRejectedMessages }}
    />
  );
}
