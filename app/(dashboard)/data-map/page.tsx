import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { DataMapScreen } from "@/components/data-map/data-map-screen";
import { Page, PageHeader } from "@/components/layout/page-header";
import { can } from "@/domain/access";
import { readDataMap } from "@/domain/governance";
import { confirmFieldAction } from "./actions";

export const metadata: Metadata = { title: "Data map" };

export default async function DataMapPage() {
  const ctx = await requireUser("governance:read");
  return (
    <Page>
      <PageHeader
        title="Data map"
        description="Every trait and event property that arrived, with what it holds. Fields classed as personal are masked for members without personal data; what an admin says wins over what was found."
      />
      <DataMapScreen map={await readDataMap(ctx)} mayWrite={can(ctx, "governance:write")} confirm={confirmFieldAction} />
    </Page>
  );
}
