import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { DataMapTabs } from "@/components/data-map/data-map-tabs";
import { Page, PageHeader } from "@/components/layout/page-header";
import { can } from "@/domain/access";
import { readDataMap } from "@/domain/governance";
import { readLabelPolicies } from "@/domain/labels";
import {
  confirmFieldAction,
  createLabelPolicyAction,
  deleteLabelPolicyAction,
  previewLabelPolicyAction,
  setFieldLabelsAction,
} from "./actions";

export const metadata: Metadata = { title: "Data map" };

export default async function DataMapPage() {
  const ctx = await requireUser("governance:read");
  const [map, labels] = await Promise.all([readDataMap(ctx), readLabelPolicies(ctx)]);
  return (
    <Page>
      <PageHeader
        title="Data map"
        description="Every trait and event property that arrived, with what it holds. Fields classed as personal are masked for members without personal data; what an admin says wins over what was found."
      />
      <DataMapTabs
        map={map}
        labels={labels}
        mayWrite={can(ctx, "governance:write")}
        confirm={confirmFieldAction}
        setLabels={setFieldLabelsAction}
        actions={{ preview: previewLabelPolicyAction, create: createLabelPolicyAction, remove: deleteLabelPolicyAction }}
      />
    </Page>
  );
}
