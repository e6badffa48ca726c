import { Plus } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { requireUser } from "@/app/_server/auth";
import { Page, PageHeader } from "@/components/layout/page-header";
import { RequestSettingsDialog } from "@/components/requests/request-settings";
import { RequestsList } from "@/components/requests/requests-list";
import { Button } from "@/components/ui/button";
import { can } from "@/domain/access";
import { listRequests, readRequestSettings } from "@/domain/governance";
import { REQUEST_KINDS, REQUEST_STATUSES } from "@/domain/governance/model";
import { updateRequestSettingsAction } from "./actions";

export const metadata: Metadata = { title: "Requests" };

/** An e-mail address, a phone number, else a user id. */
const guessType = (value: string): string => (value.includes("@") ? "email" : /^\+\d/.test(value) ? "phone" : "user_id");

export default async function RequestsPage({ searchParams }: { searchParams: Promise<Record<string, string | string[] | undefined>> }) {
  const ctx = await requireUser("requests:read");
  const { status, kind, id } = await searchParams;
  const value = typeof id === "string" ? id.trim().slice(0, 500) : "";
  const [list, settings] = await Promise.all([
    listRequests(ctx, {
      status: ([...REQUEST_STATUSES, "all_open"] as const).find((one) => one === status),
      kind: REQUEST_KINDS.find((one) => one === kind),
      ...(value === "" ? {} : { identifier: { type: guessType(value), value } }),
    }),
    readRequestSettings(ctx),
  ]);
  const mayWrite = can(ctx, "requests:write");
  return (
    <Page>
      <PageHeader
        title="Requests"
        description="What people may ask of you by law: a copy, a correction, an erasure. With deadline, proof of identity and certificate."
        actions={
          <>
            {can(ctx, "people:erase") ? <RequestSettingsDialog settings={settings} save={updateRequestSettingsAction} /> : null}
            {mayWrite ? (
              <Button asChild>
                <Link href="/requests/new">
                  <Plus aria-hidden /> Enter a request
                </Link>
              </Button>
            ) : null}
          </>
        }
      />
      <RequestsList {...list} mayWrite={mayWrite} asOf={ctx.clock.now().toISOString()} />
    </Page>
  );
}
