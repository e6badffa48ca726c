import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { requireUser } from "@/app/_server/auth";
import { BroadcastDraft } from "@/components/broadcasts/broadcast-draft";
import { BroadcastResults } from "@/components/broadcasts/broadcast-results";
import { BreadcrumbTitle } from "@/components/layout/breadcrumbs";
import { Page } from "@/components/layout/page-header";
import { can } from "@/domain/access";
import { broadcastNumbers, getBroadcast } from "@/domain/broadcasts";
import { purposeChoices } from "@/domain/consent";
import { DomainError } from "@/domain/kernel/errors";
import { listSegments } from "@/domain/segments";
import { listTemplates } from "@/domain/templates";
import {
  archiveBroadcastAction,
  cancelBroadcastAction,
  duplicateBroadcastAction,
  launchBroadcastAction,
  pauseBroadcastAction,
  resumeBroadcastAction,
  saveBroadcastAction,
} from "../actions";

export const metadata: Metadata = { title: "Broadcast" };

export default async function BroadcastPage({ params }: { params: Promise<{ id: string }> }) {
  const ctx = await requireUser("journeys:read");
  const { id } = await params;
  const broadcast = await getBroadcast(ctx, { id }).catch((error: unknown) => {
    if (error instanceof DomainError && (error.code === "NOT_FOUND" || error.code === "VALIDATION")) notFound();
    throw error;
  });
  const manage = can(ctx, "journeys:publish")
    ? {
        launch: launchBroadcastAction,
        pause: pauseBroadcastAction,
        resume: resumeBroadcastAction,
        cancel: cancelBroadcastAction,
        archive: archiveBroadcastAction,
        duplicate: duplicateBroadcastAction,
      }
    : null;
  if (broadcast.status !== "draft") {
    const numbers = await broadcastNumbers(ctx, { id });
    return (
      <Page>
        <BreadcrumbTitle title={broadcast.name} />
        <BroadcastResults broadcast={broadcast} initial={numbers} manage={manage} />
      </Page>
    );
  }
  const [segments, templates, purposes] = await Promise.all([
    listSegments(ctx),
    listTemplates(ctx),
    purposeChoices(ctx, { destination: "messages" }),
  ]);
  return (
    <Page>
      <BreadcrumbTitle title={broadcast.name} />
      <BroadcastDraft
        key={broadcast.revision}
        broadcast={broadcast}
        segments={segments.map(({ id: segment, name, size }) => ({ id: segment, name, size }))}
        templates={templates
          .filter(({ kind }) => kind === "message")
          .map(({ id: template, name, channel }) => ({ id: template, name, channel }))}
        purposes={purposes.map(({ id: purpose, name }) => ({ id: purpose, name }))}
        save={can(ctx, "journeys:write") ? saveBroadcastAction : null}
        manage={manage}
      />
    </Page>
  );
}
