import { Plus } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { requireUser } from "@/app/_server/auth";
import { ImportsTable } from "@/components/imports/imports-table";
import { Page, PageHeader } from "@/components/layout/page-header";
import { Button } from "@/components/ui/button";
import { can } from "@/domain/access";
import { listImports } from "@/domain/imports";

export const metadata: Metadata = { title: "Imports" };

export default async function ImportsPage() {
  const ctx = await requireUser("imports:read");
  const imports = await listImports(ctx);
  const mayImport = can(ctx, "imports:write");
  return (
    <Page>
      <PageHeader
        title="Imports"
        description="CSV files with people, events or orders. Importing a file again adds nothing."
        actions={
          mayImport && imports.length > 0 ? (
            <Button asChild>
              <Link href="/imports/new">
                <Plus aria-hidden /> Import a file
              </Link>
            </Button>
          ) : null
        }
      />
      <ImportsTable initial={imports} mayImport={mayImport} />
    </Page>
  );
}
