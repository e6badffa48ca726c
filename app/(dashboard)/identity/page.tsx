import type { Metadata } from "next";
import { Suspense } from "react";
import { requireUser, type UserCtx } from "@/app/_server/auth";
import { IdentityTabs } from "@/components/identity/identity-tabs";
import { Page, PageHeader } from "@/components/layout/page-header";
import { PageSkeleton } from "@/components/layout/page-skeleton";
import { can } from "@/domain/access";
import { listIdentityRules } from "@/domain/identity";
import { listIdentityNotes, listMerges } from "@/domain/profiles";
import { saveRules, unmergeProfiles } from "./actions";

export const metadata: Metadata = { title: "Identity" };

export default async function IdentityPage() {
  const ctx = await requireUser("identity:read");
  return (
    <Suspense fallback={<PageSkeleton />}>
      <Identity ctx={ctx} />
    </Suspense>
  );
}

async function Identity({ ctx }: { ctx: UserCtx }) {
  const [view, review, merges] = await Promise.all([listIdentityRules(ctx), listIdentityNotes(ctx, {}), listMerges(ctx, {})]);
  return (
    <Page>
      <PageHeader
        title="Identity"
        description="Which identifiers make one person, what keeps two people apart, and every merge with its cause."
      />
      <IdentityTabs
        key={view.version}
        view={view}
        review={review}
        merges={merges}
        canWrite={can(ctx, "identity:write")}
        canUnmerge={can(ctx, "profiles:write")}
        save={saveRules}
        unmerge={unmergeProfiles}
      />
    </Page>
  );
}
