"use client";

import { parseAsStringLiteral, useQueryState } from "nuqs";
import type { ReactNode } from "react";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import type { ProfileView } from "@/domain/profiles/schemas";
import { formatNumber, personName } from "./format";
import type { IdentityChanges } from "./identity-changes";
import { ProfileComputed } from "./profile-computed";
import { ProfileConsent, type ConsentChanges } from "./profile-consent";
import { ProfileHeader } from "./profile-header";
import { ProfileIdentities } from "./profile-identities";
import { ProfileOrders } from "./profile-orders";
import { ProfileOverview } from "./profile-overview";
import { ProfileTimeline } from "./profile-timeline";
import { ProfileTraits } from "./profile-traits";
import { PROFILE_TABS } from "./profile-tabs";

/** The 360 page. The tab stands in the address; switching it asks the server for nothing but that tab's data. */
export function ProfileScreen({
  profile,
  now,
  mayRequest,
  changes,
  consent,
  journeys = null,
}: {
  profile: ProfileView;
  now: number;
  /** Requests of data subjects may be entered. */
  mayRequest: boolean;
  /** Null for whoever may not change people. */
  changes: IdentityChanges | null;
  /** Null for whoever may not see consent; `changes` null for whoever may not record it. */
  consent: { changes: ConsentChanges | null } | null;
  /** Which journeys the person is in; null for whoever may not see journeys. */
  journeys?: ReactNode;
}) {
  const [tab, setTab] = useQueryState("tab", parseAsStringLiteral(PROFILE_TABS).withDefault("overview").withOptions({ history: "push" }));
  const events = profile.stats.reduce((sum, stat) => sum + stat.count, 0);
  const count = (n: number) =>
    n === 0 ? null : <span className="text-xs font-normal text-muted-foreground tabular-nums">{formatNumber(n)}</span>;
  return (
    <>
      <ProfileHeader profile={profile} now={now} mayRequest={mayRequest} />
      <Tabs value={tab} onValueChange={(value) => void setTab(value as typeof tab)}>
        <TabsList aria-label="About this person">
          <TabsTrigger value="overview">Overview</TabsTrigger>
          <TabsTrigger value="activity">Activity {count(events)}</TabsTrigger>
          <TabsTrigger value="traits">Traits {count(profile.traits.length)}</TabsTrigger>
          <TabsTrigger value="identities">Identities {count(profile.identifiers.length)}</TabsTrigger>
          <TabsTrigger value="orders">Orders {count(profile.orderCount)}</TabsTrigger>
          {journeys === null ? null : <TabsTrigger value="journeys">Journeys</TabsTrigger>}
          {consent === null ? null : <TabsTrigger value="consent">Consent</TabsTrigger>}
        </TabsList>
        <TabsContent value="overview">
          <ProfileOverview profile={profile} now={now} onTab={(next) => void setTab(next)} />
        </TabsContent>
        <TabsContent value="activity">
          <ProfileTimeline profile={profile} />
        </TabsContent>
        <TabsContent value="traits" className="grid gap-6">
          <ProfileComputed profileId={profile.id} now={now} />
          <ProfileTraits profile={profile} now={now} />
        </TabsContent>
        <TabsContent value="identities">
          <ProfileIdentities
            profileId={profile.id}
            name={personName({ ...profile, userId: profile.identifiers.find((item) => item.type === "user_id")?.value ?? null })}
            unmasked={profile.unmasked}
            changes={changes}
          />
        </TabsContent>
        {journeys === null ? null : <TabsContent value="journeys">{journeys}</TabsContent>}
        {consent === null ? null : (
          <TabsContent value="consent">
            <ProfileConsent profileId={profile.id} now={now} changes={consent.changes} />
          </TabsContent>
        )}
        <TabsContent value="orders">
          <ProfileOrders profile={profile} />
        </TabsContent>
      </Tabs>
    </>
  );
}
