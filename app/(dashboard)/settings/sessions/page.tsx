import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { PageHeader } from "@/components/layout/page-header";
import { SessionsTable } from "@/components/settings/sessions-table";
import { listSessions } from "@/domain/access";
import { endSessionAction } from "./actions";

export const metadata: Metadata = { title: "Sessions" };

export default async function SessionsPage() {
  const ctx = await requireUser("sessions:write");
  const sessions = await listSessions(ctx);
  return (
    <>
      <PageHeader
        title="Sessions"
        description={`${sessions.length} ${sessions.length === 1 ? "session stands" : "sessions stand"} now. Ending one signs that browser out at once.`}
      />
      <SessionsTable sessions={sessions} withMember end={endSessionAction} />
    </>
  );
}
