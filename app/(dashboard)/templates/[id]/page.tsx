import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { requireUser } from "@/app/_server/auth";
import { BreadcrumbTitle } from "@/components/layout/breadcrumbs";
import { Page } from "@/components/layout/page-header";
import { TemplateEditor } from "@/components/templates/template-editor";
import { can } from "@/domain/access";
import { DomainError } from "@/domain/kernel/errors";
import { listSegments } from "@/domain/segments";
import { getTemplate } from "@/domain/templates";
import {
  archiveTemplateAction,
  duplicateTemplateAction,
  renameTemplateAction,
  restoreTemplateAction,
  saveTemplateAction,
} from "../actions";

export const metadata: Metadata = { title: "Template" };

export default async function TemplatePage({ params }: { params: Promise<{ id: string }> }) {
  const ctx = await requireUser("journeys:read");
  const { id } = await params;
  const [template, segments] = await Promise.all([
    getTemplate(ctx, { id }).catch((error: unknown) => {
      if (error instanceof DomainError && (error.code === "NOT_FOUND" || error.code === "VALIDATION")) notFound();
      throw error;
    }),
    listSegments(ctx),
  ]);
  return (
    <Page width="full">
      <BreadcrumbTitle title={template.name} />
      <TemplateEditor
        key={template.id}
        template={template}
        segments={segments.map(({ id: segment, name }) => ({ id: segment, name }))}
        actions={
          can(ctx, "journeys:write")
            ? {
                save: saveTemplateAction,
                rename: renameTemplateAction,
                duplicate: duplicateTemplateAction,
                archive: archiveTemplateAction,
                restore: restoreTemplateAction,
              }
            : null
        }
      />
    </Page>
  );
}
