import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { BreadcrumbTitle } from "@/components/layout/breadcrumbs";
import { Page, PageHeader } from "@/components/layout/page-header";
import { NewSource } from "@/components/sources/new-source";
import { env } from "@/domain/kernel/env";
import { createSource } from "../actions";

export const metadata: Metadata = { title: "New source" };

export default async function NewSourcePage() {
  await requireUser("sources:write");
  return (
    <Page>
      <BreadcrumbTitle title="New source" />
      <PageHeader title="New source" description="A source gets a write key of its own. You see the key once." />
      <NewSource create={createSource} origin={env().APP_ORIGIN?.replace(/\/$/, "") ?? null} />
    </Page>
  );
}
