import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { NewImport } from "@/components/imports/new-import";
import { Page, PageHeader } from "@/components/layout/page-header";
import { can } from "@/domain/access";
import { readUploadLimit } from "@/domain/imports";
import { listSources } from "@/domain/sources";
import { createCsvSourceAction, createImportAction, deleteImportAction } from "../actions";

export const metadata: Metadata = { title: "Import a file" };

export default async function NewImportPage({ searchParams }: { searchParams: Promise<{ source?: string }> }) {
  const ctx = await requireUser("imports:write");
  const [sources, limit, { source }] = await Promise.all([listSources(ctx), readUploadLimit(ctx), searchParams]);
  const usable = sources.filter(({ status }) => status === "enabled").map(({ id, name, type }) => ({ id, name, type }));
  return (
    <Page width="narrow">
      <PageHeader title="Import a file" description="Nothing is imported yet: first you see what is in the file and what would happen." />
      <NewImport
        sources={usable}
        initialSource={source ?? null}
        mayCreateSource={can(ctx, "sources:write")}
        limit={limit}
        createImport={createImportAction}
        createSource={createCsvSourceAction}
        deleteImport={deleteImportAction}
      />
    </Page>
  );
}
