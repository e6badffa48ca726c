import type { Metadata } from "next";
import type { ReactNode } from "react";
import { requireUser } from "@/app/_server/auth";
import { BreadcrumbTitle } from "@/components/layout/breadcrumbs";
import { Page, PageHeader } from "@/components/layout/page-header";
import { SourceState, SourceTabs } from "@/components/sources/source-tabs";
import { SourceTypeIcon } from "@/components/sources/source-type";
import { can } from "@/domain/access";
import { SOURCE_TYPE_LABELS } from "@/domain/sources";
import { sourceOf } from "./source-page";

interface Props {
  params: Promise<{ id: string }>;
  children: ReactNode;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: (await sourceOf((await params).id)).name };
}

export default async function SourceLayout({ params, children }: Props) {
  const { id } = await params;
  const ctx = await requireUser("sources:read");
  const source = await sourceOf(id);
  return (
    <Page>
      <BreadcrumbTitle path={`/sources/${id}`} title={source.name} />
      <PageHeader
        title={
          <span className="inline-flex items-center gap-2.5">
            <span className="grid size-8 place-content-center rounded-md border bg-card text-muted-foreground">
              <SourceTypeIcon type={source.type} />
            </span>
            {source.name}
          </span>
        }
        description={
          <span className="inline-flex flex-wrap items-center gap-2">
            {SOURCE_TYPE_LABELS[source.type]} <code className="font-mono text-xs">{source.id}</code>
          </span>
        }
        actions={<SourceState source={source} />}
      />
      <SourceTabs source={source} canWatch={can(ctx, "debugger:read")} />
      {children}
    </Page>
  );
}
