import { Plus } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { requireUser } from "@/app/_server/auth";
import { Page, PageHeader } from "@/components/layout/page-header";
import { SourcesTable } from "@/components/sources/sources-table";
import { Button } from "@/components/ui/button";
import { can } from "@/domain/access";
import { listSources } from "@/domain/sources";

export const metadata: Metadata = { title: "Sources" };

export default async function SourcesPage() {
  const ctx = await requireUser("sources:read");
  const sources = await listSources(ctx);
  const canWrite = can(ctx, "sources:write");
  return (
    <Page>
      <PageHeader
        title="Sources"
        description="The systems that send events here."
        actions={
          canWrite && sources.length > 0 ? (
            <Button asChild>
              <Link href="/sources/new">
                <Plus aria-hidden />
                New source
              </Link>
            </Button>
          ) : undefined
        }
      />
      <SourcesTable initial={sources} canWrite={canWrite} />
    </Page>
  );
}
