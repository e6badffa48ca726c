import { requireUser } from "@/app/_server/auth";
import { MessageDebugger } from "@/components/sources/debugger";
import { can } from "@/domain/access";
import { sourceOf } from "../source-page";

export default async function DebuggerPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const ctx = await requireUser("debugger:read");
  await sourceOf(id);
  return <MessageDebugger sourceId={id} masked={!can(ctx, "personal_data:see")} />;
}
