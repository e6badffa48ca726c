"use client";

import { useQuery } from "@tanstack/react-query";
import { BarList } from "@/components/charts";
import { Time } from "@/components/layout/time";
import { Skeleton } from "@/components/ui/skeleton";
import { CHANNEL_LABELS } from "@/domain/consent/model";
import type { Coverage } from "@/domain/segments/contracts";
import { Problem } from "./problem";

const count = new Intl.NumberFormat("en-GB");

const LABELS: Readonly<Record<string, string>> = {
  email: "E-mail",
  phone: "Phone",
  user_id: "User id",
  anonymous_id: "Anonymous id",
  "ios.idfa": "iOS advertising id",
  "android.idfa": "Android advertising id",
  "ios.push_token": "iOS push token",
  "android.push_token": "Android push token",
  "ios.id": "iOS device id",
  "android.id": "Android device id",
};

/** How many of the people hold an identifier of each type. */
export function CoverageList({
  queryKey,
  read,
  enabled = true,
}: {
  queryKey: readonly unknown[];
  read: (signal: AbortSignal) => Promise<Coverage>;
  enabled?: boolean;
}) {
  const { data, error, refetch } = useQuery({
    queryKey,
    queryFn: ({ signal }) => read(signal),
    enabled,
    placeholderData: (before) => before,
    staleTime: 60_000,
  });
  if (error) return <Problem text={error.message} retry={() => void refetch()} />;
  if (!data) return <Skeleton className="h-24" />;
  if (data.total === 0) return <p className="text-sm text-muted-foreground">Nobody is in it.</p>;
  const items = [
    ...data.types.map(({ type, people }) => ({ key: type, label: LABELS[type] ?? type, value: people })),
    ...(data.none > 0 ? [{ key: "", label: "No identifier", value: data.none }] : []),
  ];
  return (
    <div className="grid gap-1.5">
      {data.reach.length > 0 ? (
        <>
          <h3 className="text-sm font-medium">Reachable after consent</h3>
          <ul className="mb-2 grid gap-1 text-sm">
            {data.reach.map(({ purposeId, purpose, channel, allowed, reachable }) => (
              <li key={`${purposeId} ${channel}`} className="flex flex-wrap items-baseline justify-between gap-x-3">
                <span>
                  {purpose} <span className="text-muted-foreground">by {CHANNEL_LABELS[channel]}</span>
                </span>
                <span
                  className="tabular-nums"
                  title={`${count.format(allowed)} agreed; ${count.format(reachable)} of them hold an address`}
                >
                  {count.format(reachable)} <span className="text-muted-foreground">of {count.format(data.total)}</span>
                </span>
              </li>
            ))}
          </ul>
          <h3 className="text-sm font-medium">Identifiers held</h3>
        </>
      ) : null}
      <BarList items={items} total={data.total} label="People by type of identifier" />
      <p className="text-xs text-muted-foreground">
        People who hold at least one, and their share. Exact, as of <Time iso={data.asOf} />
      </p>
    </div>
  );
}
