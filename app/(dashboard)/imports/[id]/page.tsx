import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { requireUser } from "@/app/_server/auth";
import { ImportFlow } from "@/components/imports/import-flow";
import { BreadcrumbTitle } from "@/components/layout/breadcrumbs";
import { can } from "@/domain/access";
import { getImport } from "@/domain/imports";
import { DomainError } from "@/domain/kernel/errors";
import {
  cancelImportAction,
  deleteImportAction,
  setFormatAction,
  setMappingAction,
  startDryRunAction,
  startImportAction,
} from "../actions";

export const metadata: Metadata = { title: "Import" };

export default async function ImportPage({ params }: { params: Promise<{ id: string }> }) {
  const ctx = await requireUser("imports:read");
  const { id } = await params;
  const found = await getImport(ctx, { id }).catch((error: unknown) => {
    if (error instanceof DomainError && (error.code === "NOT_FOUND" || error.code === "VALIDATION")) return null;
    throw error;
  });
  if (!found) notFound();
  return (
    <>
      <BreadcrumbTitle title={found.fileName} />
      <ImportFlow
        initial={found}
        mayImport={can(ctx, "imports:write")}
        timeZones={["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")]}
        setFormat={setFormatAction}
        setMapping={setMappingAction}
        startDryRun={startDryRunAction}
        startImport={startImportAction}
        cancelImport={cancelImportAction}
        deleteImport={deleteImportAction}
      />
    </>
  );
}
