"use client";

import { useQuery } from "@tanstack/react-query";
import { Building2, MonitorSmartphone } from "lucide-react";
import type { ReactNode } from "react";
import { useViewer } from "@/components/layout/viewer";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card, CardAction, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { cn } from "@/components/ui/cn";
import { Skeleton } from "@/components/ui/skeleton";
import type { ProfileView } from "@/domain/profiles/schemas";
import { eventLook, TONE_CLASSES } from "./event-look";
import { eventLabel, formatAgo, formatDay, formatMoney, moneyTotal, formatNumber, formatTime } from "./format";
import { fetchTimeline, profileKeys } from "./queries";
import { ProfileSegments } from "./profile-segments";
import { TraitValue } from "./trait-value";

/** Traits that the header already shows, and technical ones, come after the telling ones. */
const TELLING = [
  "plan",
  "lifecycle",
  "loyalty",
  "tier",
  "segment",
  "company",
  "birthday",
  "gender",
  "language",
  "timezone",
  "city",
  "address",
];
const IN_HEADER = new Set(["email", "phone", "name", "firstname", "lastname", "first_name", "last_name"]);

function keyTraits(profile: ProfileView): ProfileView["traits"] {
  const rank = (key: string): number => {
    const at = TELLING.findIndex((word) => key.toLowerCase().includes(word));
    return at === -1 ? TELLING.length : at;
  };
  return profile.traits
    .filter((trait) => !IN_HEADER.has(trait.key.toLowerCase()) && trait.value !== null)
    .toSorted((a, b) => rank(a.key) - rank(b.key) || a.key.localeCompare(b.key))
    .slice(0, 9);
}

/** The first tab: what a person at the desk wants to know in ten seconds. */
export function ProfileOverview({
  profile,
  now,
  onTab,
}: {
  profile: ProfileView;
  now: number;
  onTab: (tab: "activity" | "traits" | "orders") => void;
}) {
  const traits = keyTraits(profile);
  const { can } = useViewer();
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
        <LatestActivity profile={profile} now={now} onAll={() => onTab("activity")} />
        <TopEvents profile={profile} now={now} />
      </div>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
        <Section
          title="Key traits"
          action={profile.traits.length > 0 ? { label: `All ${profile.traits.length}`, onClick: () => onTab("traits") } : undefined}
        >
          {traits.length === 0 ? (
            <Nothing>Nothing but identifiers is known about this person yet. Traits come with identify calls and imports.</Nothing>
          ) : (
            <dl className="grid gap-2.5 text-sm">
              {traits.map((trait) => (
                <div key={trait.key} className="grid grid-cols-[minmax(6rem,2fr)_3fr] gap-3">
                  <dt className="truncate text-muted-foreground" title={trait.key}>
                    {trait.key}
                  </dt>
                  <dd className="line-clamp-2 font-medium">
                    <TraitValue value={trait.value} />
                  </dd>
                </div>
              ))}
            </dl>
          )}
        </Section>
        {can("segments:read") ? <ProfileSegments profileId={profile.id} now={now} /> : null}
        <Section title="Orders" action={profile.orderCount > 0 ? { label: "All orders", onClick: () => onTab("orders") } : undefined}>
          {profile.orderCount === 0 ? (
            <Nothing>No completed orders.</Nothing>
          ) : (
            <dl className="grid grid-cols-3 gap-3 text-sm">
              <Small label="Completed">{formatNumber(profile.orderCount)}</Small>
              <Small label="Net value">{moneyTotal(profile.value).text}</Small>
              <Small label="Per order">{perOrder(profile)}</Small>
            </dl>
          )}
        </Section>
        <Section title="Devices">
          {profile.devices.length === 0 ? (
            <Nothing>No device has been seen.</Nothing>
          ) : (
            <ul className="grid gap-2.5">
              {profile.devices.slice(0, 5).map((device) => (
                <li key={device.key} className="flex items-center gap-3 text-sm">
                  <MonitorSmartphone aria-hidden className="size-4 shrink-0 text-muted-foreground" />
                  <span className="min-w-0 flex-1">
                    <span className="block truncate font-medium">{device.name ?? device.type ?? "Device"}</span>
                    <span className="block truncate text-xs text-muted-foreground">
                      {[device.os, `${formatNumber(device.eventCount)} ${device.eventCount === 1 ? "event" : "events"}`]
                        .filter(Boolean)
                        .join(" · ")}
                    </span>
                  </span>
                  <time
                    className="shrink-0 text-xs text-muted-foreground"
                    dateTime={device.lastSeenAt}
                    title={formatTime(device.lastSeenAt)}
                  >
                    {formatAgo(device.lastSeenAt, now)}
                  </time>
                </li>
              ))}
              {profile.devices.length > 5 ? <li className="text-xs text-muted-foreground">and {profile.devices.length - 5} more</li> : null}
            </ul>
          )}
        </Section>
        {profile.accounts.length > 0 ? (
          <Section title="Accounts">
            <ul className="grid gap-2.5">
              {profile.accounts.map((account) => (
                <li key={account.id} className="flex items-center gap-3 text-sm">
                  <Building2 aria-hidden className="size-4 shrink-0 text-muted-foreground" />
                  <span className="min-w-0 flex-1 truncate font-medium">{account.name ?? account.id}</span>
                  <span className="text-xs text-muted-foreground">since {formatDay(account.firstSeenAt)}</span>
                </li>
              ))}
            </ul>
          </Section>
        ) : null}
      </div>
    </div>
  );
}

function LatestActivity({ profile, now, onAll }: { profile: ProfileView; now: number; onAll: () => void }) {
  const query = useQuery({
    queryKey: profileKeys.latest(profile.id),
    queryFn: ({ signal }) => fetchTimeline(profile.id, { limit: 8 }, undefined, signal),
  });
  return (
    <Section title="Latest activity" action={{ label: "Whole timeline", onClick: onAll }}>
      {query.isPending ? (
        <div className="grid gap-3" aria-busy>
          {["a", "b", "c", "d", "e"].map((key) => (
            <Skeleton key={key} className="h-9" />
          ))}
        </div>
      ) : query.error ? (
        <Nothing>
          {query.error.message}{" "}
          <Button variant="link" onClick={() => void query.refetch()}>
            Try again
          </Button>
        </Nothing>
      ) : query.data.events.length === 0 ? (
        <Nothing>Nothing has happened yet.</Nothing>
      ) : (
        <ol className="relative grid gap-1">
          {query.data.events.map((event) => {
            const { icon: Icon, tone } = eventLook(event.event);
            return (
              <li key={event.id} className="flex min-w-0 items-center gap-3 py-1.5">
                <span className={cn("grid size-7 shrink-0 place-content-center rounded-full", TONE_CLASSES[tone])}>
                  <Icon aria-hidden className="size-3.5" />
                </span>
                <span className="min-w-0 flex-1">
                  <span className="line-clamp-2 text-sm font-medium break-words sm:line-clamp-1">{eventLabel(event.event)}</span>
                  <span className="block truncate text-xs text-muted-foreground">
                    {[event.summary, query.data.sources[event.sourceId]?.name ?? event.sourceId].filter(Boolean).join(" · ")}
                  </span>
                </span>
                {event.value !== null && Number(event.value) !== 0 ? (
                  <span className="shrink-0 text-sm font-medium tabular-nums">{formatMoney(event.value, event.currency)}</span>
                ) : null}
                <time
                  className="shrink-0 text-right text-xs text-muted-foreground sm:w-24"
                  dateTime={event.occurredAt}
                  title={formatTime(event.occurredAt)}
                >
                  {formatAgo(event.occurredAt, now)}
                </time>
              </li>
            );
          })}
        </ol>
      )}
    </Section>
  );
}

/** What somebody does most, as bars with their numbers. */
function TopEvents({ profile, now }: { profile: ProfileView; now: number }) {
  const stats = profile.stats.filter((stat) => !stat.event.startsWith("$")).slice(0, 6);
  const most = Math.max(1, ...stats.map((stat) => stat.count));
  if (stats.length === 0) return null;
  return (
    <Section title="What they do" action={undefined}>
      <ul className="grid gap-3">
        {stats.map((stat) => (
          <li key={stat.event} className="grid gap-1 text-sm">
            <span className="flex items-baseline justify-between gap-3">
              <span className="truncate font-medium">{stat.event}</span>
              <span className="shrink-0 text-xs text-muted-foreground">
                <span className="text-sm font-medium text-foreground tabular-nums">{formatNumber(stat.count)}×</span> · last{" "}
                <time dateTime={stat.lastAt} title={formatTime(stat.lastAt)}>
                  {formatAgo(stat.lastAt, now)}
                </time>
              </span>
            </span>
            <span aria-hidden className="h-1.5 overflow-hidden rounded-full bg-secondary">
              <span className="block h-full rounded-full bg-chart-1" style={{ width: `${Math.max(2, (stat.count / most) * 100)}%` }} />
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Section({
  title,
  action,
  children,
}: {
  title: string;
  action?: { label: string; onClick: () => void } | undefined;
  children: ReactNode;
}) {
  return (
    <Card>
      <CardHeader>
        <CardTitle>{title}</CardTitle>
        {action ? (
          <CardAction>
            <Button variant="link" onClick={action.onClick}>
              {action.label}
            </Button>
          </CardAction>
        ) : null}
      </CardHeader>
      <CardContent>{children}</CardContent>
    </Card>
  );
}

const Nothing = ({ children }: { children: ReactNode }) => <div className="py-2 text-sm text-muted-foreground">{children}</div>;

const Small = ({ label, children }: { label: string; children: ReactNode }) => (
  <div className="min-w-0">
    <dt className="text-xs text-muted-foreground">{label}</dt>
    <dd className="truncate font-semibold tabular-nums">{children}</dd>
  </div>
);

export const StatusBadge = ({ status }: { status: string }) =>
  status === "active" ? null : (
    <Badge variant={status === "quarantined" ? "destructive" : "warning"}>
      {{ shared: "Shared device", no_merge: "Joins nobody", quarantined: "Quarantined", signed_out: "Signed out" }[status] ?? status}
    </Badge>
  );

/** Only where there is one amount that all orders are in. */
function perOrder({ value, orderCount }: ProfileView): string {
  const [only] = value.amounts;
  if (!only || (value.converted && value.converted.without.length > 0)) return "–";
  const { net, currency } = value.converted ?? only;
  return `${value.converted ? "≈ " : ""}${formatMoney(Number(net) / orderCount, currency)}`;
}
