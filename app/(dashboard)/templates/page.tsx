import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { Page } from "@/components/layout/page-header";
import { TemplatesScreen } from "@/components/templates/templates-screen";
import { can } from "@/domain/access";
import { listTemplates } from "@/domain/templates";
import { createTemplateAction } from "./actions";

export const metadata: Metadata = { title: "Templates" };

export default async function TemplatesPage() {
  const ctx = await requireUser("journeys:read");
  const templates = await listTemplates(ctx);
  return (
    <Page>
      <TemplatesScreen templates={templates} create={can(ctx, "journeys:write") ? createTemplateAction : null} />
    </Page>
  );
}
