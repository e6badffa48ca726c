import { EyeOff, GitMerge, IdCard, UserX } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { Avatar } from "@/components/ui/avatar";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { Hint } from "@/components/ui/tooltip";
import type { IdentifierView, ProfileView } from "@/domain/profiles/schemas";
import { countryName, formatAgo, formatDay, moneyTotal, formatNumber, formatTime, identifierLabel, personName } from "./format";

const PRIMARY = ["email", "phone", "user_id", "anonymous_id"];

/** The newest identifier of each of the types that people know somebody by; three at most. */
function primary(identifiers: readonly IdentifierView[]): IdentifierView[] {
  return PRIMARY.flatMap((type) => identifiers.find((item) => item.type === type && item.status !== "quarantined") ?? []).slice(0, 3);
}

/** Who this is at a glance. */
export function ProfileHeader({ profile, now, mayRequest }: { profile: ProfileView; now: number; mayRequest: boolean }) {
  const name = personName({ ...profile, userId: profile.identifiers.find((item) => item.type === "user_id")?.value ?? null });
  const value = moneyTotal(profile.value);
  const place = [profile.city, profile.country === null ? null : countryName(profile.country)].filter((part) => part !== null).join(", ");
  return (
    <header className="rounded-xl border bg-card">
      <div className="flex flex-wrap items-start gap-x-5 gap-y-4 p-5">
        <Avatar name={profile.name ?? profile.email ?? "?"} size="xl" className="size-14 text-xl" />
        <div className="min-w-0 flex-1 basis-64">
          <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
            <h1 className="text-2xl font-semibold tracking-tight text-balance break-words">{name}</h1>
            {profile.known ? (
              <Badge variant="primary" dot>
                Known
              </Badge>
            ) : (
              <Badge dot>Anonymous</Badge>
            )}
            {profile.fragments.length > 1 ? (
              <Badge variant="info">
                <GitMerge aria-hidden />
                {profile.fragments.length} fragments merged
              </Badge>
            ) : null}
          </div>
          <p className="mt-0.5 text-sm text-muted-foreground">
            {place === "" ? null : <>{place} · </>}Profile <span className="tabular-nums">{profile.id}</span>
          </p>
          <ul className="mt-3 flex flex-wrap gap-2" aria-label="Main identifiers">
            {primary(profile.identifiers).map((item) => (
              <li key={`${item.type}-${item.value}`} className="flex h-8 max-w-full items-center rounded-md border bg-background pl-2.5">
                <span className="mr-2 shrink-0 text-xs whitespace-nowrap text-muted-foreground">{identifierLabel(item.type)}</span>
                <span className="min-w-0 truncate text-sm font-medium" title={item.value}>
                  {item.value}
                </span>
                {profile.unmasked ? (
                  <CopyButton text={item.value} label={`Copy ${identifierLabel(item.type)}`} className="ml-0.5 text-muted-foreground" />
                ) : (
                  <span className="w-2.5" />
                )}
              </li>
            ))}
            {profile.identifiers.length > primary(profile.identifiers).length ? (
              <li className="flex h-8 items-center gap-1.5 px-1 text-xs text-muted-foreground">
                <IdCard aria-hidden className="size-3.5" />
                {profile.identifiers.length} identifiers in all
              </li>
            ) : null}
          </ul>
        </div>
        {mayRequest && profile.unmasked && profile.identifiers.length > 0 ? (
          <Button asChild variant="outline" size="sm">
            <Link href={`/requests/new?kind=erasure&profile=${profile.id}`} prefetch={false}>
              <UserX aria-hidden /> Erase person…
            </Link>
          </Button>
        ) : null}
      </div>
      <dl className="grid grid-cols-2 border-t sm:grid-cols-3 lg:grid-cols-5 [&>div]:border-border [&>div]:px-5 [&>div]:py-3 lg:[&>div+div]:border-l">
        <Figure
          label="Value so far"
          hint={`Orders less refunds and cancellations, over all sources.${value.note === null ? "" : ` ${value.note}`}`}
        >
          {value.text}
        </Figure>
        <Figure label="Orders">{formatNumber(profile.orderCount)}</Figure>
        <Figure label="Events" hint="What the person did; identify, group and alias calls are not counted.">
          {formatNumber(profile.eventCount)}
        </Figure>
        <Figure label="First seen">
          <time dateTime={profile.firstSeenAt} title={formatTime(profile.firstSeenAt)}>
            {formatDay(profile.firstSeenAt)}
          </time>
        </Figure>
        <Figure label="Last seen">
          <time dateTime={profile.lastSeenAt} title={formatTime(profile.lastSeenAt)}>
            {formatAgo(profile.lastSeenAt, now)}
          </time>
        </Figure>
      </dl>
      {profile.unmasked ? null : (
        <p className="flex items-start gap-2 rounded-b-xl border-t bg-warning-soft px-5 py-2.5 text-sm text-warning-text">
          <EyeOff aria-hidden className="mt-0.5 size-4 shrink-0" />
          Identifiers and personal traits are masked, since your role does not see personal data. An admin can change that under Settings,
          Members.
        </p>
      )}
    </header>
  );
}

function Figure({ label, hint, children }: { label: string; hint?: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="flex min-h-6 items-center text-xs text-muted-foreground">
        {hint ? (
          <Hint text={hint}>
            <button
              type="button"
              className="inline-flex min-h-6 cursor-help items-center rounded-sm underline decoration-border-strong decoration-dotted underline-offset-4"
            >
              {label}
            </button>
          </Hint>
        ) : (
          label
        )}
      </dt>
      <dd className="truncate text-lg font-semibold tracking-tight tabular-nums">{children}</dd>
    </div>
  );
}
