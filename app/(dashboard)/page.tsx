import type { Metadata } from "next";
import { Suspense } from "react";
import { requireUser, type UserCtx } from "@/app/_server/auth";
import { HomeOverview } from "@/components/home/overview";
import { OnboardingChecklist } from "@/components/home/onboarding";
import { Page, PageHeader } from "@/components/layout/page-header";
import { PageSkeleton } from "@/components/layout/page-skeleton";
import { can } from "@/domain/access";
import { OVERVIEW_RANGES, readOnboarding, readOverview, type OverviewRange } from "@/domain/overview";
import { dismissOnboardingAction } from "./home-actions";

export const metadata: Metadata = { title: "Home" };

export default async function HomePage({ searchParams }: { searchParams: Promise<{ range?: string }> }) {
  const ctx = await requireUser("home:read");
  const { range } = await searchParams;
  return (
    <Suspense fallback={<PageSkeleton />}>
      <Home ctx={ctx} chosen={OVERVIEW_RANGES.find((one) => one === range)} />
    </Suspense>
  );
}

async function Home({ ctx, chosen }: { ctx: UserCtx; chosen: OverviewRange | undefined }) {
  const [onboarding, overview] = await Promise.all([readOnboarding(ctx), firstOverview(ctx, chosen)]);
  return (
    <Page>
      <PageHeader title="Home" description="Everything this install holds, in totals." />
      <OnboardingChecklist initial={onboarding} dismiss={dismissOnboardingAction} />
      <HomeOverview
        initial={overview}
        links={{ profiles: can(ctx, "profiles:read"), sources: can(ctx, "sources:read"), rates: can(ctx, "settings:write") }}
      />
    </Page>
  );
}

/** Without a choice: the last 30 days, or all time where nothing happened lately (imported history). */
async function firstOverview(ctx: Parameters<typeof readOverview>[0], chosen: OverviewRange | undefined) {
  const overview = await readOverview(ctx, { range: chosen ?? "30d" });
  if (chosen || overview.events.inRange > 0 || overview.events.total === 0) return overview;
  return readOverview(ctx, { range: "all" });
}
