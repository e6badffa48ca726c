import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { requireUser } from "@/app/_server/auth";
import { Page, PageHeader } from "@/components/layout/page-header";
import { Deadline, RequestStatusBadge } from "@/components/requests/parts";
import { RequestScreen } from "@/components/requests/request-screen";
import { can } from "@/domain/access";
import { getRequest, previewErasure, REQUEST_KIND_LABELS } from "@/domain/governance";
import { DomainError } from "@/domain/kernel/errors";
import {
  approveRequestAction,
  cancelRequestAction,
  downloadLinkAction,
  endStandingAction,
  extendRequestAction,
  rejectRequestAction,
  retryErasureAction,
  verifyByHandAction,
  verifyLinkAction,
} from "../actions";

export const metadata: Metadata = { title: "Request" };

export default async function RequestPage({ params }: { params: Promise<{ id: string }> }) {
  const ctx = await requireUser("requests:read");
  const { id } = await params;
  const request = await getRequest(ctx, id).catch((error: unknown) => {
    if (error instanceof DomainError && error.code === "NOT_FOUND") notFound();
    throw error;
  });
  const undecided = request.kind === "erasure" && (request.status === "unverified" || request.status === "open");
  const preview = undecided && request.subject !== null ? await previewErasure(ctx, id) : null;
  return (
    <Page>
      <PageHeader
        title={
          <span className="flex flex-wrap items-center gap-2">
            {REQUEST_KIND_LABELS[request.kind]} <RequestStatusBadge status={request.status} /> <Deadline request={request} />
          </span>
        }
        description={<span className="font-mono">{request.id}</span>}
      />
      <RequestScreen
        request={request}
        preview={preview}
        mayWrite={can(ctx, "requests:write")}
        seesPersonalData={can(ctx, "personal_data:see")}
        actions={{
          verifyLink: verifyLinkAction,
          verifyByHand: verifyByHandAction,
          approve: approveRequestAction,
          reject: rejectRequestAction,
          cancel: cancelRequestAction,
          extend: extendRequestAction,
          retry: retryErasureAction,
          downloadLink: downloadLinkAction,
          end: endStandingAction,
        }}
      />
    </Page>
  );
}
