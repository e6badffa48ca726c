import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { requireUser } from "@/app/_server/auth";
import { BreadcrumbTitle } from "@/components/layout/breadcrumbs";
import { Page } from "@/components/layout/page-header";
import { ListScreen } from "@/components/segments/list-screen";
import { can } from "@/domain/access";
import { DomainError } from "@/domain/kernel/errors";
import { listIdentifierTypes } from "@/domain/profiles";
import { getList } from "@/domain/segments";
import { changeListAction, deleteListAction } from "../../actions";

export const metadata: Metadata = { title: "List" };

export default async function ListPage({ params }: { params: Promise<{ id: string }> }) {
  const ctx = await requireUser("segments:read");
  const { id } = await params;
  const [list, types] = await Promise.all([
    getList(ctx, { id }).catch((error: unknown) => {
      if (error instanceof DomainError && (error.code === "NOT_FOUND" || error.code === "VALIDATION")) notFound();
      throw error;
    }),
    listIdentifierTypes(ctx),
  ]);
  return (
    <Page>
      <BreadcrumbTitle title={list.name} />
      <ListScreen
        key={list.id}
        initial={list}
        types={types}
        mayWrite={can(ctx, "segments:write")}
        change={changeListAction}
        remove={deleteListAction}
      />
    </Page>
  );
}
