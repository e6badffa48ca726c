"use client";

import { ExternalLink } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import {
  ACTIVITY_LABELS,
  REGIME_LABELS,
  REQUEST_CHANNEL_LABELS,
  REQUEST_KIND_LABELS,
  type ErasurePreview,
  type RequestView,
} from "@/domain/governance/model";
import { Certificate } from "./certificate";
import { StandingProof } from "./standing-proof";
import { moment, tableName, typeName } from "./parts-text";
import { RequestSteps, type RequestActions } from "./request-steps";

export interface RequestScreenProps {
  request: RequestView;
  preview: ErasurePreview | null;
  mayWrite: boolean;
  seesPersonalData: boolean;
  actions: RequestActions;
}

/** One request: what is to be done next, who it is about, what happened, and the proof at the end. */
export function RequestScreen({ request, preview, mayWrite, seesPersonalData, actions }: RequestScreenProps) {
  const router = useRouter();
  const running = request.status === "running";
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => router.refresh(), 1_500);
    return () => clearInterval(timer);
  }, [running, router]);
  return (
    <div className="grid gap-5 lg:grid-cols-[minmax(0,1fr)_22rem]">
      <div className="grid content-start gap-5">
        {mayWrite ? <RequestSteps request={request} preview={preview} seesPersonalData={seesPersonalData} actions={actions} /> : null}
        {request.certificate ? <Certificate certificate={request.certificate} /> : null}
        {request.standing ? <StandingProof standing={request.standing} /> : null}
        {preview && request.status !== "running" ? <Preview preview={preview} /> : null}
        <Timeline request={request} />
      </div>
      <Facts request={request} />
    </div>
  );
}

function Preview({ preview }: { preview: ErasurePreview }) {
  return (
    <Card>
      <CardHeader>
        <CardTitle>What would go</CardTitle>
        <CardDescription>
          {preview.profiles === 0
            ? "No profile holds these identifiers now. An erasure still leaves the suppression and looks through texts and files."
            : `${preview.profiles} ${preview.profiles === 1 ? "profile" : "profiles"} with ${preview.identifiers.length} identifiers, counted just now.`}
        </CardDescription>
      </CardHeader>
      <CardContent className="grid gap-4 sm:grid-cols-2">
        <ul aria-label="Identifiers of the person" className="grid content-start gap-1 text-sm">
          {preview.identifiers.slice(0, 40).map(({ type, value }) => (
            <li key={`${type} ${value}`} className="grid grid-cols-[7rem_minmax(0,1fr)] gap-2">
              <span className="text-muted-foreground">{typeName(type)}</span>
              <bdi className="truncate" title={value}>
                {value}
              </bdi>
            </li>
          ))}
        </ul>
        <ul aria-label="Rows by table" className="grid content-start gap-1 text-sm">
          {preview.tables.map(({ table, rows, what }) => (
            <li key={table} className="flex justify-between gap-2">
              <span>
                {tableName(table)} <span className="text-muted-foreground">{what}</span>
              </span>
              <span className="tabular-nums">{rows.toLocaleString("en-GB")} rows</span>
            </li>
          ))}
        </ul>
      </CardContent>
    </Card>
  );
}

/** What a detail of an activity says, in words. */
function detailOf(detail: Record<string, unknown> | null): string {
  if (!detail) return "";
  return Object.entries(detail)
    .filter(([, value]) => value !== null && value !== "" && typeof value !== "boolean")
    .map(([key, value]) => {
      const text =
        typeof value === "object"
          ? Object.entries(value as Record<string, unknown>)
              .map(([name, n]) => `${tableName(name)} ${String(n)}`)
              .join(", ")
          : typeof value === "string"
            ? value
            : (JSON.stringify(value) ?? "");
      if (key === "certificate") return `certificate ${text.slice(0, 12)}…`;
      if (key === "until" || key === "expiresAt" || key === "erasedAt")
        return `until ${moment(text)}`.replace("until", key === "erasedAt" ? "of" : "until");
      return text === "" ? "" : `${tableName(key).toLowerCase()}: ${text}`;
    })
    .filter((text) => text !== "")
    .join("; ");
}

function Timeline({ request }: { request: RequestView }) {
  return (
    <Card>
      <CardHeader>
        <CardTitle>Timeline</CardTitle>
        <CardDescription>Every step is in the audit log, too.</CardDescription>
      </CardHeader>
      <CardContent>
        <ol aria-label="Timeline" className="grid gap-3">
          {request.activity.map((entry) => (
            <li key={entry.id} className="grid gap-x-3 border-l-2 border-border pl-3 text-sm sm:grid-cols-[minmax(0,1fr)_auto]">
              <span className="font-medium">{ACTIVITY_LABELS[entry.code]}</span>
              <span className="text-xs whitespace-nowrap text-muted-foreground tabular-nums">{moment(entry.at)}</span>
              <span className="text-xs break-words text-muted-foreground sm:col-span-2">
                {entry.actor}
                {detailOf(entry.detail) === "" ? "" : ` · ${detailOf(entry.detail)}`}
              </span>
            </li>
          ))}
        </ol>
      </CardContent>
    </Card>
  );
}

function Facts({ request }: { request: RequestView }) {
  const facts: [string, React.ReactNode][] = [
    ["Received", moment(request.receivedAt)],
    ["Answer until", `${moment(request.dueAt)}${request.extendedAt ? " (extended)" : ""}`],
    ["Law", REGIME_LABELS[request.regime]],
    ["Came by", REQUEST_CHANNEL_LABELS[request.channel]],
    ["Entered by", request.requestedBy ?? "–"],
    [
      "Identity",
      request.verifiedAt
        ? `verified ${moment(request.verifiedAt)} ${request.verifiedBy === "link" ? "by the person’s link" : request.verifiedBy === "api" ? "by the caller of the API" : "by a member"}`
        : "not verified",
    ],
  ];
  if (request.externalId) facts.push(["Foreign id", request.externalId]);
  if (request.approvals.length > 0) facts.push(["Approved by", request.approvals.map(({ name }) => name).join(", ")]);
  if (request.decidedReason) facts.push(["Reason", request.decidedReason]);
  if (request.note) facts.push(["Note", request.note]);
  return (
    <div className="grid content-start gap-5">
      <Card>
        <CardHeader>
          <CardTitle>Person</CardTitle>
        </CardHeader>
        <CardContent className="grid gap-2 text-sm">
          {request.subject === null ? (
            <p className="text-muted-foreground">Erased. The request is found again by an identifier, whose hash is kept.</p>
          ) : (
            request.subject.map(({ type, value }) => (
              <div key={`${type} ${value}`} className="grid">
                <span className="text-xs text-muted-foreground">{typeName(type)}</span>
                <bdi className="break-all">{value}</bdi>
              </div>
            ))
          )}
          {request.profileId !== null && request.subject !== null ? (
            <Button asChild variant="outline" size="sm" className="justify-self-start">
              <Link href={`/profiles/${request.profileId}`}>
                <ExternalLink aria-hidden /> Open profile {request.profileId}
              </Link>
            </Button>
          ) : null}
        </CardContent>
      </Card>
      <Card>
        <CardHeader>
          <CardTitle>Request</CardTitle>
        </CardHeader>
        <CardContent>
          <dl className="grid gap-2 text-sm">
            {facts.map(([name, value]) => (
              <div key={name} className="grid">
                <dt className="text-xs text-muted-foreground">{name}</dt>
                <dd className="break-words">{value}</dd>
              </div>
            ))}
          </dl>
        </CardContent>
      </Card>
      {request.related.length > 0 ? (
        <Card>
          <CardHeader>
            <CardTitle>Other requests of this person</CardTitle>
          </CardHeader>
          <CardContent className="grid gap-1 text-sm">
            {request.related.map((one) => (
              <Link key={one.id} href={`/requests/${one.id}`} className="hover:underline">
                {REQUEST_KIND_LABELS[one.kind]}, {moment(one.receivedAt)}
              </Link>
            ))}
          </CardContent>
        </Card>
      ) : null}
    </div>
  );
}
