import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { Page } from "@/components/layout/page-header";
import { ListsScreen } from "@/components/segments/lists-screen";
import { can } from "@/domain/access";
import { listLists } from "@/domain/segments";
import { createListAction } from "../actions";

export const metadata: Metadata = { title: "Lists" };

export default async function ListsPage() {
  const ctx = await requireUser("segments:read");
  return (
    <Page>
      <ListsScreen lists={await listLists(ctx)} mayWrite={can(ctx, "segments:write")} create={createListAction} />
    </Page>
  );
}
