import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { Page, PageHeader } from "@/components/layout/page-header";
import { NewRequest } from "@/components/requests/new-request";
import { ENTERED_KINDS } from "@/domain/governance/model";
import { createRequestAction } from "../actions";

export const metadata: Metadata = { title: "Enter a request" };

export default async function NewRequestPage({ searchParams }: { searchParams: Promise<Record<string, string | string[] | undefined>> }) {
  await requireUser("requests:write");
  const { kind, type, value } = await searchParams;
  const identifiers =
    typeof type === "string" && typeof value === "string" ? [{ type: type.slice(0, 64), value: value.slice(0, 500) }] : [];
  return (
    <Page width="narrow">
      <PageHeader title="Enter a request" description="The clock of the law starts when the person asked; enter the request at once." />
      <NewRequest create={createRequestAction} kind={ENTERED_KINDS.find((one) => one === kind) ?? "access"} identifiers={identifiers} />
    </Page>
  );
}
