import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { BudgetScreen } from "@/components/budget/budget-screen";
import { Page, PageHeader } from "@/components/layout/page-header";
import { listConversions } from "@/domain/attribution";

export const metadata: Metadata = { title: "Budget" };

export default async function BudgetPage() {
  const ctx = await requireUser("reports:read");
  const conversions = await listConversions(ctx);
  return (
    <Page>
      <PageHeader
        title="Budget"
        description="What weekly spending brings by channel, as far as the past can tell, and the split of a budget that would bring the most."
      />
      <BudgetScreen conversions={conversions.map(({ id, name }) => ({ id, name }))} />
    </Page>
  );
}
