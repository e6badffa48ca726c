import { requireUser } from "@/app/_server/auth";
import { SourceSettingsForm } from "@/components/sources/source-settings";
import { can } from "@/domain/access";
import { deleteSource, revokeKey, rotateWriteKey, setSourceStatus, updateSource } from "../../actions";
import { sourceOf } from "../source-page";

export default async function SourceSettingsPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const ctx = await requireUser("sources:read");
  return (
    <SourceSettingsForm
      source={await sourceOf(id)}
      canWrite={can(ctx, "sources:write")}
      actions={{ update: updateSource, setStatus: setSourceStatus, remove: deleteSource, rotate: rotateWriteKey, revoke: revokeKey }}
    />
  );
}
