import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { AuditScreen } from "@/components/audit/audit-screen";
import { Page, PageHeader } from "@/components/layout/page-header";
import { auditState, listAudit } from "@/domain/audit";
import { verifyAuditAction } from "./actions";

export const metadata: Metadata = { title: "Audit log" };

export default async function AuditLogPage({ searchParams }: { searchParams: Promise<Record<string, string | string[] | undefined>> }) {
  const ctx = await requireUser("audit:read");
  const params = await searchParams;
  const text = (name: string): string | undefined => {
    const value = params[name];
    return typeof value === "string" && value !== "" ? value.slice(0, 100) : undefined;
  };
  const before = Number(text("before"));
  const [page, state] = await Promise.all([
    listAudit(ctx, {
      q: text("q"),
      action: text("action"),
      actor: text("actor"),
      ...(Number.isInteger(before) && before > 0 ? { before } : {}),
    }),
    auditState(ctx),
  ]);
  return (
    <Page>
      <PageHeader
        title="Audit log"
        description="Every change, export, sign-in and view of personal data. Nobody can edit or delete an entry without its being found."
      />
      <AuditScreen page={page} state={state} verify={verifyAuditAction} />
    </Page>
  );
}
