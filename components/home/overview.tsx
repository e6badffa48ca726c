"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import Link from "next/link";
import type { ReactNode } from "react";
import { AreaSeries, BarList, BarSeries, ChartFigure, Donut, formatBucket, formatCount, formatShare } from "@/components/charts";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { NativeSelect } from "@/components/ui/native-select";
import { OVERVIEW_RANGE_LABELS, OVERVIEW_RANGES, type GrowthPoint, type Overview, type OverviewRange } from "@/domain/overview/model";
import { identifierLabel } from "@/domain/profiles/model";
import { HealthCard } from "./health-card";
import { moneyTotal } from "@/components/layout/money";
import { cn } from "@/components/ui/cn";
import { fetchOverview } from "./fetch-overview";

export interface HomeLinks {
  profiles: boolean;
  sources: boolean;
  /** The exchange rates. */
  rates: boolean;
}

/** The state of the install in aggregates; renews itself every five seconds. */
export function HomeOverview({ initial, links }: { initial: Overview; links: HomeLinks }) {
  const [range, setRange] = useQueryState("range", parseAsStringLiteral(OVERVIEW_RANGES).withDefault(initial.range));
  const { data } = useQuery({
    queryKey: ["overview", range],
    queryFn: ({ signal }) => fetchOverview(range, signal),
    ...(range === initial.range ? { initialData: initial } : {}),
    placeholderData: keepPreviousData,
    refetchInterval: 5_000,
  });
  const overview = data ?? initial;
  return (
    <div className="grid gap-5">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="text-sm text-muted-foreground">
          Counted <Moment iso={overview.countedAt} />; exact for that moment.
        </p>
        <div className="w-44">
          <NativeSelect aria-label="Range" value={range} onChange={(event) => void setRange(event.target.value as OverviewRange)}>
            {OVERVIEW_RANGES.map((one) => (
              <option key={one} value={one}>
                {OVERVIEW_RANGE_LABELS[one]}
              </option>
            ))}
          </NativeSelect>
        </div>
      </div>
      <Figures overview={overview} links={links} />
      <div className="grid gap-5 lg:grid-cols-2">
        <PeopleGrowth overview={overview} />
        <EventGrowth overview={overview} />
      </div>
      <div className="grid gap-5 lg:grid-cols-2 2xl:grid-cols-4">
        <Ranking
          title="Events by name"
          total={overview.events.inRange}
          items={[
            ...overview.byEvent.map((one) => ({ key: one.name, label: one.name, value: one.n })),
            ...(overview.otherEvents > 0 ? [{ key: "\u0000other", label: "Other names", value: overview.otherEvents }] : []),
          ]}
          range={overview.range}
          color={1}
        />
        <Ranking
          title="Events by source"
          total={overview.events.inRange}
          items={[
            ...overview.bySource.slice(0, 9).map((one) => ({
              key: one.id,
              label: links.sources ? (
                <Link href={`/sources/${one.id}`} className="hover:underline">
                  {one.name}
                </Link>
              ) : (
                one.name
              ),
              value: one.n,
            })),
            ...(overview.hiddenSources > 0
              ? [
                  {
                    key: "\u0000hidden",
                    label: `${overview.hiddenSources} sources with small numbers`,
                    value: overview.events.inRange - overview.bySource.reduce((sum, one) => sum + one.n, 0),
                  },
                ]
              : []),
          ]}
          range={overview.range}
          color={3}
        />
        <People overview={overview} />
        <HealthCard overview={overview} link={links.sources} />
      </div>
    </div>
  );
}

function Moment({ iso }: { iso: string }) {
  return (
    <time dateTime={iso}>
      {new Date(iso).toLocaleString("en-GB", {
        day: "numeric",
        month: "short",
        hour: "2-digit",
        minute: "2-digit",
        second: "2-digit",
        timeZone: "UTC",
      })}{" "}
      UTC
    </time>
  );
}

function Figures({ overview, links }: { overview: Overview; links: HomeLinks }) {
  const period = OVERVIEW_RANGE_LABELS[overview.range].toLowerCase();
  const { people, events, revenue, identifiers, sources } = overview;
  const live = sources.byHealth.live + sources.byHealth.idle;
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border bg-border md:grid-cols-3 xl:grid-cols-5">
      <Figure label="People" value={formatCount(people.total)} href={links.profiles ? "/profiles" : null}>
        {overview.range === "all"
          ? `${formatCount(people.known)} known by name or id`
          : `+${formatCount(people.newInRange)} in the ${period}`}
      </Figure>
      <Figure label="Events" value={formatCount(events.total)}>
        {overview.range === "all" ? "page views, orders and other behaviour" : `${formatCount(events.inRange)} in the ${period}`}
      </Figure>
      <Revenue revenue={revenue} rates={links.rates} />
      <Figure label="Identifiers" value={formatCount(identifiers.total)}>
        {identifiers.byType[0]
          ? `${formatCount(identifiers.byType[0].n)} ${identifierLabel(identifiers.byType[0].type).toLowerCase()}s`
          : "user ids, e-mails, devices"}
      </Figure>
      <Figure
        label="Sources"
        value={formatCount(sources.total)}
        href={links.sources ? "/sources" : null}
        className="col-span-2 md:col-span-1"
      >
        {sources.total === 0
          ? "none connected"
          : `${formatCount(live)} healthy, ${formatCount(overview.last24h.accepted)} messages in 24 h`}
      </Figure>
    </dl>
  );
}

/** Amounts of different currencies are converted at the rate of their day, never added up as they are. */
function Revenue({ revenue, rates }: { revenue: Overview["revenue"]; rates: boolean }) {
  const { text, note } = moneyTotal(revenue);
  const missing = revenue.converted !== null && revenue.converted.without.some((code) => code !== null);
  return (
    <Figure label="Net revenue" value={text} {...(revenue.amounts.length > 1 ? { small: !text.startsWith("≈") } : {})}>
      {formatCount(revenue.orders)} orders, less refunds; all time. {note}{" "}
      {missing && rates ? (
        <Link href="/settings/currencies" className="text-primary-text underline underline-offset-2">
          Enter exchange rates
        </Link>
      ) : null}
    </Figure>
  );
}

function Figure(props: { label: string; value: string; href?: string | null; className?: string; small?: boolean; children: ReactNode }) {
  return (
    <div className={`relative flex min-w-0 flex-col gap-0.5 bg-card px-3 py-3 sm:px-4 ${props.className ?? ""}`}>
      <dt className="text-sm text-muted-foreground">
        {props.href ? (
          <Link href={props.href} className="after:absolute after:inset-0 hover:text-foreground">
            {props.label}
          </Link>
        ) : (
          props.label
        )}
      </dt>
      <dd className={cn("text-lg font-semibold tracking-tight break-words tabular-nums", props.small ? "sm:text-lg" : "sm:text-2xl")}>
        {props.value}
      </dd>
      <dd className="text-xs text-muted-foreground">{props.children}</dd>
    </div>
  );
}

const timeLabel = (overview: Overview): string => (overview.bucket === "day" ? "Day (UTC)" : "Month (UTC)");
const at = (overview: Overview) => ({
  label: timeLabel(overview),
  value: (point: GrowthPoint) => formatBucket(point.at, overview.bucket),
  raw: (point: GrowthPoint) => point.at,
});
const Nothing = ({ children }: { children: ReactNode }) => (
  <p className="grid h-60 place-content-center text-center text-sm text-muted-foreground">{children}</p>
);

function PeopleGrowth({ overview }: { overview: Overview }) {
  const { people, growth, bucket } = overview;
  const start = (growth[0]?.people ?? 0) - (growth[0] ? growth[0].newKnown + growth[0].newAnonymous : 0);
  return (
    <Card>
      <CardContent className="pt-4">
        <ChartFigure
          title="People"
          summary={
            people.total === 0
              ? "Nobody yet."
              : `From ${formatCount(start)} to ${formatCount(start + people.newInRange)} people, by the day they were first seen.`
          }
          rows={people.total === 0 ? [] : growth}
          empty={<Nothing>People appear with their first event.</Nothing>}
          fileName="people-growth"
          columns={[
            at(overview),
            { label: "New, known", value: (point) => point.newKnown },
            { label: "New, anonymous", value: (point) => point.newAnonymous },
            { label: "People in all", value: (point) => point.people },
          ]}
          note={`People per ${bucket}, UTC. Merged people count once.`}
        >
          <AreaSeries
            label="People over time"
            rows={growth as (GrowthPoint & Record<string, unknown>)[]}
            bucket={bucket}
            series={[{ key: "people", label: "People in all", color: 1 }]}
          />
        </ChartFigure>
      </CardContent>
    </Card>
  );
}

function EventGrowth({ overview }: { overview: Overview }) {
  const { events, growth, bucket } = overview;
  return (
    <Card>
      <CardContent className="pt-4">
        <ChartFigure
          title="Events"
          summary={
            events.inRange === 0
              ? `No event happened in this range${events.total > 0 ? `; ${formatCount(events.total)} in all time` : ""}.`
              : `${formatCount(events.inRange)} events, ${formatCount(Math.round(events.inRange / Math.max(1, growth.length)))} a ${bucket} on average.`
          }
          rows={events.inRange === 0 ? [] : growth}
          empty={
            <Nothing>{events.total > 0 ? "Choose a longer range to see them." : "Events appear as soon as a source sends them."}</Nothing>
          }
          fileName="events-growth"
          columns={[at(overview), { label: "Events", value: (point) => point.events }]}
          note={`Events per ${bucket}, UTC, by the time they happened. Identify, group and alias calls are not counted.`}
        >
          <BarSeries
            label="Events over time"
            rows={growth as (GrowthPoint & Record<string, unknown>)[]}
            bucket={bucket}
            series={[{ key: "events", label: "Events", color: 1 }]}
          />
        </ChartFigure>
      </CardContent>
    </Card>
  );
}

function Ranking(props: {
  title: string;
  total: number;
  items: { key: string; label: ReactNode; value: number }[];
  range: OverviewRange;
  color: 1 | 3;
}) {
  return (
    <Card>
      <CardHeader>
        <CardTitle>{props.title}</CardTitle>
        <CardDescription>{OVERVIEW_RANGE_LABELS[props.range]}, with share of all events</CardDescription>
      </CardHeader>
      <CardContent>
        {props.items.length === 0 ? (
          <p className="text-sm text-muted-foreground">No event in this range.</p>
        ) : (
          <BarList items={props.items} total={props.total} color={props.color} label={props.title} />
        )}
      </CardContent>
    </Card>
  );
}

function People({ overview }: { overview: Overview }) {
  const { people, identifiers } = overview;
  return (
    <Card>
      <CardHeader>
        <CardTitle>Who they are</CardTitle>
        <CardDescription>Known: with a user id, e-mail or phone number</CardDescription>
      </CardHeader>
      <CardContent className="grid gap-4">
        {people.total === 0 ? (
          <p className="text-sm text-muted-foreground">Nobody yet.</p>
        ) : (
          <Donut
            label="Known and anonymous people"
            slices={[
              { label: "Known", value: people.known, color: 1 },
              { label: "Anonymous", value: people.anonymous, color: 8 },
            ]}
            center={{ value: formatShare(people.known, people.total), unit: "known" }}
            size={124}
          />
        )}
        {identifiers.byType.length > 0 && (
          <BarList
            label="Identifiers by type"
            color={4}
            total={identifiers.total}
            items={identifiers.byType.slice(0, 4).map((one) => ({ key: one.type, label: identifierLabel(one.type), value: one.n }))}
          />
        )}
      </CardContent>
    </Card>
  );
}
