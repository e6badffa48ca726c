"use client";

import { useQuery } from "@tanstack/react-query";
import { ShieldQuestion } from "lucide-react";
import { useState } from "react";
import { useAction } from "@/components/layout/use-action";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { copyText } from "@/components/ui/copy-text";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle, DialogTrigger } from "@/components/ui/dialog";
import { Empty } from "@/components/ui/empty";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import { Skeleton } from "@/components/ui/skeleton";
import { toast } from "@/components/ui/sonner";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import {
  CHANNEL_LABELS,
  GATE_REASON_LABELS,
  STANDING_LABELS,
  LEGAL_BASIS_LABELS,
  ORIGIN_LABELS,
  type Channel,
  type ConsentState,
  type LedgerEntry,
  type PersonConsentView,
  type PersonPurpose,
  type StatementState,
} from "@/domain/consent/model";
import type { Result } from "@/domain/kernel/model";
import { formatMinute, formatNumber } from "./format";
import { getJson } from "./queries";

export interface ConsentChanges {
  record: (input: {
    profileId: number;
    purpose: string;
    channel?: Channel | null;
    state: StatementState;
    note: string;
  }) => Promise<Result<null>>;
  link: (input: { profileId: number }) => Promise<Result<{ path: string; oneClickPath: string }>>;
}

const STATE: Record<ConsentState, { text: string; look: "success" | "destructive" | "warning" | "default" }> = {
  granted: { text: "Granted", look: "success" },
  denied: { text: "Denied", look: "destructive" },
  withdrawn: { text: "Withdrawn", look: "destructive" },
  expired: { text: "Expired", look: "warning" },
  unknown: { text: "Unknown", look: "default" },
};

const KEY_LABELS: Record<string, string> = {
  $channel: "Whole channel",
  $pause: "Pause of messages",
  $tcf: "TCF string",
  $gpp: "GPP string",
  $gpc: "Global Privacy Control",
  ...STANDING_LABELS,
};

/** What a person said, what may be done, and how it was on any day. */
export function ProfileConsent({ profileId, now, changes }: { profileId: number; now: number; changes: ConsentChanges | null }) {
  const [day, setDay] = useState("");
  const asOf = day === "" ? undefined : `${day}T23:59:59.999Z`;
  const query = useQuery({
    queryKey: ["profile", profileId, "consent", asOf ?? "now"],
    queryFn: ({ signal }) =>
      getJson<PersonConsentView>(
        `/api/consent/people/${profileId}${asOf === undefined ? "" : `?${new URLSearchParams({ asOf })}`}`,
        signal,
      ),
  });
  const link = useAction(changes?.link ?? noLink, {
    onSuccess: ({ path }) => {
      void copyText(new URL(path, window.location.origin).href);
      toast.success("The link to this person's preference centre is copied.");
    },
  });
  if (query.isPending)
    return (
      <div aria-busy className="grid gap-3">
        <span className="sr-only">Loading</span>
        <Skeleton className="h-64" />
      </div>
    );
  if (query.error)
    return (
      <Empty
        icon={ShieldQuestion}
        title="Consent could not be read"
        description={query.error.message}
        actions={<Button onClick={() => void query.refetch()}>Try again</Button>}
      />
    );
  const view = query.data;
  const conflicts = view.purposes.filter(({ answer }) => answer.conflict);
  return (
    <section aria-label="Consent" className="grid gap-4">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <Field label="As of" hint={`Shown as of ${formatMinute(view.asOf)} UTC.`} className="w-64">
          <Input type="date" value={day} max={new Date(now).toISOString().slice(0, 10)} onChange={(event) => setDay(event.target.value)} />
        </Field>
        {changes ? (
          <div className="flex flex-wrap gap-2 sm:pt-6">
            <Button variant="outline" pending={link.pending} onClick={() => void link.run({ profileId })}>
              Copy preference link
            </Button>
            <RecordDialog view={view} record={changes.record} onDone={() => void query.refetch()} />
          </div>
        ) : null}
      </div>
      {conflicts.length > 0 ? (
        <p className="rounded-lg border bg-warning-soft px-4 py-3 text-sm text-warning-text">
          This person is made of {formatNumber(view.fragments)} profiles that said different things about{" "}
          {[...new Set(conflicts.map(({ name }) => name))].join(", ")}. The stricter counts, both are kept below, and whatever the person
          says from now on replaces both.
        </p>
      ) : null}
      <Table aria-label="Consent by purpose">
        <TableCaption className="sr-only">State of each purpose and channel</TableCaption>
        <TableHeader>
          <TableRow>
            <TableHead>Purpose</TableHead>
            <TableHead>Channel</TableHead>
            <TableHead>Legal basis</TableHead>
            <TableHead>Said</TableHead>
            <TableHead>May be used</TableHead>
            <TableHead>Because</TableHead>
          </TableRow>
        </TableHeader>
        <TableBody>
          {view.purposes.map((row) => (
            <PurposeRow key={`${row.purposeId} ${row.channel}`} row={row} />
          ))}
        </TableBody>
      </Table>
      <h3 className="text-base font-semibold tracking-tight">
        History <span className="text-sm font-normal text-muted-foreground tabular-nums">{formatNumber(view.ledgerTotal)} statements</span>
      </h3>
      {view.ledger.length === 0 ? (
        <Empty
          title="Nothing was said yet"
          description="Statements come from banners, consent events, forms, imports, the preference centre and operators."
        />
      ) : (
        <Table aria-label="Consent history">
          <TableCaption className={view.ledgerTotal > view.ledger.length ? "" : "sr-only"}>
            {view.ledgerTotal > view.ledger.length
              ? `The newest ${formatNumber(view.ledger.length)} of ${formatNumber(view.ledgerTotal)}.`
              : "Everything this person said about consent"}
          </TableCaption>
          <TableHeader>
            <TableRow>
              <TableHead>When</TableHead>
              <TableHead>About</TableHead>
              <TableHead>Said</TableHead>
              <TableHead>From</TableHead>
              <TableHead>Proof</TableHead>
            </TableRow>
          </TableHeader>
          <TableBody>
            {view.ledger.map((entry) => (
              <LedgerRow key={`${entry.profileId} ${entry.id}`} entry={entry} several={view.fragments > 1} />
            ))}
          </TableBody>
        </Table>
      )}
      {view.unmapped.length > 0 ? (
        <p className="text-sm text-muted-foreground">
          Not mapped to any purpose, so they grant nothing: {view.unmapped.join(", ")}. An admin can add them to a purpose under Consent.
        </p>
      ) : null}
    </section>
  );
}

const noLink = (): Promise<Result<{ path: string; oneClickPath: string }>> => Promise.reject(new Error("not offered"));

function PurposeRow({ row }: { row: PersonPurpose }) {
  const { answer } = row;
  const state = STATE[answer.state];
  const { because } = answer;
  return (
    <TableRow>
      <TableCell className="min-w-40 font-medium">{row.name}</TableCell>
      <TableCell className="whitespace-nowrap">{row.channel === null ? "All" : CHANNEL_LABELS[row.channel]}</TableCell>
      <TableCell className="whitespace-nowrap text-muted-foreground">{LEGAL_BASIS_LABELS[row.legalBasis]}</TableCell>
      <TableCell>
        <Badge variant={state.look} dot>
          {state.text}
        </Badge>
      </TableCell>
      <TableCell>
        <Badge variant={answer.allowed ? "success" : "outline"}>{answer.allowed ? "Yes" : "No"}</Badge>
      </TableCell>
      <TableCell className="min-w-56 text-xs text-muted-foreground">
        {answer.reason === "allowed" && !because ? LEGAL_BASIS_LABELS[row.legalBasis] : GATE_REASON_LABELS[answer.reason]}
        {because ? ` · ${KEY_LABELS[because.key] ?? because.key}, ${formatMinute(because.at)}` : ""}
        {because?.expiresAt ? `, until ${formatMinute(because.expiresAt)}` : ""}
      </TableCell>
    </TableRow>
  );
}

function LedgerRow({ entry, several }: { entry: LedgerEntry; several: boolean }) {
  const state = STATE[entry.state];
  const proof = Object.entries(entry.proof).filter(([key]) => key !== "string");
  return (
    <TableRow>
      <TableCell className="whitespace-nowrap">
        <time dateTime={entry.at}>{formatMinute(entry.at)}</time>
        {several ? <span className="block text-xs text-muted-foreground">profile {entry.profileId}</span> : null}
      </TableCell>
      <TableCell className="min-w-32">
        {entry.purposeName ?? KEY_LABELS[entry.key] ?? <code>{entry.key}</code>}
        {entry.channel === "" ? null : (
          <span className="block text-xs text-muted-foreground">{CHANNEL_LABELS[entry.channel as Channel] ?? entry.channel}</span>
        )}
      </TableCell>
      <TableCell>
        <Badge variant={state.look} dot>
          {state.text}
        </Badge>
      </TableCell>
      <TableCell className="min-w-36">
        {ORIGIN_LABELS[entry.origin]}
        <span className="block text-xs text-muted-foreground">{entry.actorName ?? entry.sourceName ?? ""}</span>
      </TableCell>
      <TableCell className="min-w-56 text-xs text-muted-foreground">
        {entry.noticeHash ? <span className="block font-mono break-all">notice {entry.noticeHash.slice(0, 16)}…</span> : null}
        {proof.map(([key, value]) => (
          <span key={key} className="block break-words">
            {key}: {typeof value === "string" ? (key.endsWith("Hash") ? `${value.slice(0, 16)}…` : value) : JSON.stringify(value)}
          </span>
        ))}
      </TableCell>
    </TableRow>
  );
}

function RecordDialog({ view, record, onDone }: { view: PersonConsentView; record: ConsentChanges["record"]; onDone: () => void }) {
  const [open, setOpen] = useState(false);
  const [picked, setPicked] = useState("0");
  const [state, setState] = useState<StatementState>("granted");
  const [note, setNote] = useState("");
  const save = useAction(record, {
    inline: true,
    success: "Recorded, and in force.",
    onSuccess: () => {
      setOpen(false);
      setNote("");
      onDone();
    },
  });
  const choices = view.purposes.filter(({ legalBasis }) => legalBasis === "consent" || legalBasis === "legitimate_interest");
  const choice = choices[Number(picked)];
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button>Record consent</Button>
      </DialogTrigger>
      <DialogContent>
        <form
          className="grid gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            if (choice) void save.run({ profileId: view.profileId, purpose: choice.purposeId, channel: choice.channel, state, note });
          }}
        >
          <DialogHeader>
            <DialogTitle>Record what the person said</DialogTitle>
            <DialogDescription>Your name, the time and your note are kept as proof. It is in force at once.</DialogDescription>
          </DialogHeader>
          <Field label="About">
            <NativeSelect value={picked} onChange={(event) => setPicked(event.target.value)}>
              {choices.map((one, index) => (
                <option key={`${one.purposeId} ${one.channel}`} value={index}>
                  {one.name}
                  {one.channel === null ? "" : `, ${CHANNEL_LABELS[one.channel]}`}
                </option>
              ))}
            </NativeSelect>
          </Field>
          <Field label="The person">
            <NativeSelect value={state} onChange={(event) => setState(event.target.value as StatementState)}>
              <option value="granted">Agrees</option>
              <option value="denied">Does not agree</option>
              <option value="withdrawn">Takes the consent back</option>
            </NativeSelect>
          </Field>
          <Field label="How you know" hint="For example: on the phone, call of 3 June." error={save.fields["note"]}>
            <Input value={note} onChange={(event) => setNote(event.target.value)} />
          </Field>
          <DialogFooter>
            <Button variant="outline" onClick={() => setOpen(false)}>
              Cancel
            </Button>
            <Button type="submit" pending={save.pending}>
              Record consent
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
