import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { Page, PageHeader } from "@/components/layout/page-header";
import { RetentionScreen } from "@/components/retention/retention-screen";
import { can } from "@/domain/access";
import { readRetention } from "@/domain/governance";
import { previewRetentionAction, setRetentionAction } from "./actions";

export const metadata: Metadata = { title: "Retention" };

export default async function RetentionPage() {
  const ctx = await requireUser("governance:read");
  return (
    <Page width="narrow">
      <PageHeader
        title="Retention"
        description="How long each class of data is kept. Profiles, their events and what is computed from them are not covered: they go with an erasure."
      />
      <RetentionScreen
        view={await readRetention(ctx)}
        mayWrite={can(ctx, "governance:write")}
        save={setRetentionAction}
        preview={previewRetentionAction}
      />
    </Page>
  );
}
