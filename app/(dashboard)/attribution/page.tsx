import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { AttributionScreen } from "@/components/attribution/attribution-screen";
import { Page, PageHeader } from "@/components/layout/page-header";
import { listConversions } from "@/domain/attribution";

export const metadata: Metadata = { title: "Attribution" };

/** Days that the report begins with: up to yesterday, since today is not over. */
const DAYS = 90;

export default async function AttributionPage() {
  const ctx = await requireUser("reports:read");
  const conversions = await listConversions(ctx);
  const day = (back: number): string => new Date(ctx.clock.now().getTime() - back * 86_400_000).toISOString().slice(0, 10);
  return (
    <Page>
      <PageHeader
        title="Attribution"
        description="Which channels and campaigns brought the conversions, by the model that you choose. Every column adds up to what was really converted."
      />
      <AttributionScreen
        conversions={conversions.map(({ id, name, clickDays, viewDays }) => ({ id, name, clickDays, viewDays }))}
        defaults={{ from: day(DAYS), to: day(1) }}
      />
    </Page>
  );
}
