"use client";

import { Check, Mail, Trash2 } from "lucide-react";
import Link from "next/link";
import { parseAsInteger, parseAsString, useQueryStates } from "nuqs";
import { useState } from "react";
import { Time } from "@/components/layout/time";
import { useAction } from "@/components/layout/use-action";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Empty } from "@/components/ui/empty";
import { NativeSelect } from "@/components/ui/native-select";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { SIGNAL_LABELS } from "@/domain/channels/model";
import type { Result } from "@/domain/kernel/model";
import { CHANNEL_LABELS, FILTER_CHANNELS, FILTER_OUTCOMES, FILTER_STATES, OUTCOME_LABELS, STATE_LABELS } from "@/domain/messages/model";
import type { MessageCounts, MessagePage, MessageRow } from "@/domain/messages/model";
import { MessageSheet } from "./message-sheet";
import { titleOf, whyOf, wordOf } from "./words";

const params = {
  state: parseAsString.withDefault(""),
  outcome: parseAsString.withDefault(""),
  channel: parseAsString.withDefault(""),
  journey: parseAsString.withDefault(""),
  person: parseAsInteger,
  before: parseAsString,
  message: parseAsInteger,
};
const number = new Intl.NumberFormat("en-GB");

type Which = { ids: number[] } | { journeyId: string };
export interface MessagesScreenProps {
  page: MessagePage;
  counts: MessageCounts;
  journeys: readonly { id: string; name: string }[];
  /** Null for whoever may not approve. */
  review: {
    approve(input: Which): Promise<Result<{ messages: number }>>;
    discard(input: Which): Promise<Result<{ messages: number }>>;
  } | null;
}

/** The log of messages, and the review of those that are held. */
export function MessagesScreen({ page, counts, journeys, review }: MessagesScreenProps) {
  const [filters, setFilters] = useQueryStates(params, { shallow: false, clearOnDefault: true });
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const reviewing = review !== null && filters.state === "review";
  const narrowed =
    filters.state !== "" || filters.outcome !== "" || filters.channel !== "" || filters.journey !== "" || filters.person !== null;
  const set = (name: "state" | "outcome" | "channel" | "journey") => (event: { target: { value: string } }) => {
    setChosen(new Set());
    void setFilters({ [name]: event.target.value, before: null });
  };
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <Counts counts={counts} asOf={page.asOf} show={(state) => void setFilters({ ...emptyFilters, state })} />
      <div role="search" aria-label="Filter messages" className="flex flex-wrap items-center gap-2">
        <NativeSelect aria-label="State" className="w-auto" value={filters.state} onChange={set("state")}>
          <option value="">Any state</option>
          {FILTER_STATES.map((one) => (
            <option key={one} value={one}>
              {STATE_LABELS[one]}
            </option>
          ))}
        </NativeSelect>
        <NativeSelect aria-label="Outcome" className="w-auto" value={filters.outcome} onChange={set("outcome")}>
          <option value="">Any outcome</option>
          {FILTER_OUTCOMES.map((one) => (
            <option key={one} value={one}>
              {OUTCOME_LABELS[one]}
            </option>
          ))}
        </NativeSelect>
        <NativeSelect aria-label="Channel" className="w-auto" value={filters.channel} onChange={set("channel")}>
          <option value="">Any channel</option>
          {FILTER_CHANNELS.map((one) => (
            <option key={one} value={one}>
              {CHANNEL_LABELS[one]}
            </option>
          ))}
        </NativeSelect>
        {journeys.length > 0 ? (
          <NativeSelect aria-label="Journey" className="w-auto max-w-56" value={filters.journey} onChange={set("journey")}>
            <option value="">Any journey</option>
            {journeys.map((journey) => (
              <option key={journey.id} value={journey.id}>
                {journey.name}
              </option>
            ))}
          </NativeSelect>
        ) : null}
        {narrowed ? (
          <Button variant="ghost" onClick={() => void setFilters(emptyFilters)}>
            {filters.person === null ? "Clear filters" : "Clear filters and person"}
          </Button>
        ) : null}
      </div>
      {reviewing && page.rows.length > 0 ? (
        <ReviewBar
          review={review}
          chosen={chosen}
          journey={journeys.find(({ id }) => id === filters.journey) ?? null}
          clear={() => setChosen(new Set())}
        />
      ) : null}
      {page.rows.length === 0 ? (
        <NoRows narrowed={narrowed} />
      ) : (
        <MessageTable
          rows={page.rows}
          chosen={reviewing ? chosen : null}
          choose={setChosen}
          open={(id) => void setFilters({ message: id }, { shallow: true })}
        />
      )}
      <div className="flex gap-2">
        {filters.before === null ? null : (
          <Button variant="outline" onClick={() => void setFilters({ before: null })}>
            Newest
          </Button>
        )}
        {page.next === null ? null : (
          <Button variant="outline" onClick={() => void setFilters({ before: page.next })}>
            Older
          </Button>
        )}
      </div>
      {filters.message === null ? null : (
        <MessageSheet id={filters.message} review={review} close={() => void setFilters({ message: null }, { shallow: true })} />
      )}
    </div>
  );
}

const emptyFilters = { state: null, outcome: null, channel: null, journey: null, person: null, before: null };

function Counts({ counts, asOf, show }: { counts: MessageCounts; asOf: string; show(state: string): void }) {
  const cells: readonly [string, string, number, string][] = [
    ["queued", "Waiting", counts.queued, "now"],
    ["review", "Held for review", counts.review, "now"],
    ["sent", "Sent", counts.sent, `${counts.days} days`],
    ["not_sent", "Not sent", counts.notSent, `${counts.days} days`],
  ];
  return (
    <section aria-label="Messages in numbers">
      <ul className="grid grid-cols-2 gap-2 sm:grid-cols-4">
        {cells.map(([state, label, n, when]) => (
          <li key={state}>
            <button type="button" className="w-full rounded-md border p-3 text-left hover:bg-accent" onClick={() => show(state)}>
              <span className="block text-xs text-muted-foreground">
                {label}, {when}
              </span>
              <span className="text-lg font-medium tabular-nums">{number.format(n)}</span>
            </button>
          </li>
        ))}
      </ul>
      <p className="mt-1 text-xs text-muted-foreground">
        As of <Time iso={asOf} />
      </p>
    </section>
  );
}

function NoRows({ narrowed }: { narrowed: boolean }) {
  return narrowed ? (
    <Empty icon={Mail} title="No message matches" description="Choose another state, channel or journey." />
  ) : (
    <Empty
      icon={Mail}
      title="No messages yet"
      description="Messages of journeys and broadcasts appear here, with what became of each and the rule that decided."
    />
  );
}

function ReviewBar(props: {
  review: NonNullable<MessagesScreenProps["review"]>;
  chosen: ReadonlySet<number>;
  journey: { id: string; name: string } | null;
  clear(): void;
}) {
  const { review, chosen, journey, clear } = props;
  const approve = useAction(review.approve, { success: ({ messages }) => `${number.format(messages)} approved`, onSuccess: clear });
  const discard = useAction(review.discard, { success: ({ messages }) => `${number.format(messages)} discarded`, onSuccess: clear });
  const busy = approve.pending || discard.pending;
  const ids = [...chosen];
  return (
    <div role="toolbar" aria-label="Review" className="flex flex-wrap items-center gap-2 rounded-md border bg-card p-2">
      <span className="px-1 text-sm text-muted-foreground" aria-live="polite">
        {ids.length === 0 ? "Choose held messages, or open one to read it." : `${number.format(ids.length)} chosen`}
      </span>
      <Button disabled={ids.length === 0 || busy} onClick={() => void approve.run({ ids })}>
        <Check aria-hidden /> Approve chosen
      </Button>
      <Button variant="outline" disabled={ids.length === 0 || busy} onClick={() => void discard.run({ ids })}>
        <Trash2 aria-hidden /> Discard chosen
      </Button>
      {journey === null ? null : (
        <Button variant="outline" disabled={busy} onClick={() => void approve.run({ journeyId: journey.id })}>
          Approve all of {journey.name}
        </Button>
      )}
    </div>
  );
}

const VARIANT = { queued: "info", review: "warning", sending: "info", sent: "success", not_sent: "default" } as const;

function MessageTable(props: {
  rows: readonly MessageRow[];
  /** Null: nothing can be chosen. */
  chosen: ReadonlySet<number> | null;
  choose(next: ReadonlySet<number>): void;
  open(id: number): void;
}) {
  const { rows, chosen, choose, open } = props;
  const all = chosen !== null && rows.every(({ id }) => chosen.has(id));
  return (
    <Table aria-label="Messages">
      <TableCaption className="sr-only">Messages, newest first</TableCaption>
      <TableHeader>
        <TableRow>
          {chosen === null ? null : (
            <TableHead>
              <Checkbox
                aria-label="Choose all on this page"
                checked={all}
                onCheckedChange={() => choose(new Set(all ? [] : rows.map(({ id }) => id)))}
              />
            </TableHead>
          )}
          <TableHead>Message</TableHead>
          <TableHead>Person</TableHead>
          <TableHead>Channel</TableHead>
          <TableHead>Outcome</TableHead>
          <TableHead>Since</TableHead>
          <TableHead>When</TableHead>
        </TableRow>
      </TableHeader>
      <TableBody>
        {rows.map((row) => (
          <TableRow key={row.id}>
            {chosen === null ? null : (
              <TableCell>
                <Checkbox
                  aria-label={`Choose message ${row.id}`}
                  checked={chosen.has(row.id)}
                  onCheckedChange={(on) => choose(new Set(on === true ? [...chosen, row.id] : [...chosen].filter((id) => id !== row.id)))}
                />
              </TableCell>
            )}
            <TableCell className="max-w-64">
              <Button
                variant="link"
                className="max-w-full justify-start truncate"
                aria-label={`Open message ${row.id}: ${titleOf(row)}`}
                onClick={() => open(row.id)}
              >
                <span className="truncate">{titleOf(row)}</span>
              </Button>
              <span className="block truncate text-xs text-muted-foreground">{row.journeyName ?? row.broadcastName ?? ""}</span>
            </TableCell>
            <TableCell className="max-w-48">
              <Link className="block truncate underline-offset-4 hover:underline" href={`/profiles/${row.profileId}`}>
                {row.name ?? `Person ${row.profileId}`}
              </Link>
              {row.address === null || row.channel === "web_push" ? null : (
                <span className="block truncate text-xs text-muted-foreground">{row.address}</span>
              )}
            </TableCell>
            <TableCell className="whitespace-nowrap">
              {CHANNEL_LABELS[row.channel]}
              {row.account === null ? null : <span className="block text-xs text-muted-foreground">{row.account}</span>}
            </TableCell>
            <TableCell className="max-w-80">
              <Badge variant={row.outcome === "failed" || row.outcome === "unknown" ? "destructive" : VARIANT[row.state]}>
                {wordOf(row)}
              </Badge>
              {whyOf(row) === null ? null : <span className="mt-0.5 line-clamp-2 block text-xs text-muted-foreground">{whyOf(row)}</span>}
            </TableCell>
            <TableCell className="max-w-48 text-xs text-muted-foreground">
              {row.signals.map(({ kind, machine }) => `${SIGNAL_LABELS[kind]}${machine ? " (by a machine)" : ""}`).join(", ")}
            </TableCell>
            <TableCell className="whitespace-nowrap">
              <Time iso={row.sentAt ?? (row.state === "queued" ? row.dueAt : row.createdAt)} />
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}
