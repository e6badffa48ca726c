import type { Metadata } from "next";
import { requireUser, type UserCtx } from "@/app/_server/auth";
import { Page, PageHeader } from "@/components/layout/page-header";
import { NewRequest } from "@/components/requests/new-request";
import { can } from "@/domain/access";
import { ENTERED_KINDS } from "@/domain/governance/model";
import { DomainError } from "@/domain/kernel/errors";
import { openProfile } from "@/domain/profiles";
import { createRequestAction } from "../actions";

export const metadata: Metadata = { title: "Enter a request" };

export default async function NewRequestPage({ searchParams }: { searchParams: Promise<Record<string, string | string[] | undefined>> }) {
  const ctx = await requireUser("requests:write");
  const { kind, type, value, profile } = await searchParams;
  const identifiers =
    typeof profile === "string" && /^\d{1,10}$/.test(profile)
      ? await identifierOf(ctx, Number(profile))
      : typeof type === "string" && typeof value === "string"
        ? [{ type: type.slice(0, 64), value: value.slice(0, 500) }]
        : [];
  return (
    <Page width="narrow">
      <PageHeader title="Enter a request" description="The clock of the law starts when the person asked; enter the request at once." />
      <NewRequest create={createRequestAction} kind={ENTERED_KINDS.find((one) => one === kind) ?? "access"} identifiers={identifiers} />
    </Page>
  );
}

/** What names a person in a request best; their address stays out of the page's address, and so out of logs. */
async function identifierOf(ctx: UserCtx, id: number): Promise<{ type: string; value: string }[]> {
  if (!can(ctx, "profiles:read") || !can(ctx, "personal_data:see")) return [];
  const { identifiers } = await openProfile(ctx, id).catch((error: unknown) => {
    if (error instanceof DomainError && error.code === "NOT_FOUND") return { identifiers: [] };
    throw error;
  });
  const order = ["user_id", "email", "phone", "anonymous_id"];
  const found = order.flatMap((type) => identifiers.find((one) => one.type === type && one.status === "active") ?? [])[0] ?? identifiers[0];
  return found ? [{ type: found.type, value: found.value }] : [];
}
