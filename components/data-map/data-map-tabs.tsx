"use client";

import { parseAsStringLiteral, useQueryState } from "nuqs";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import type { LabelsView } from "@/domain/labels/model";
import { DataMapScreen, type DataMapScreenProps } from "./data-map-screen";
import { LabelPolicies, type LabelPolicyActions } from "./label-policies";

const TABS = ["fields", "policies"] as const;

/** Fields with their classes and labels, and the policies about labels. */
export function DataMapTabs({ labels, actions, ...fields }: DataMapScreenProps & { labels: LabelsView; actions: LabelPolicyActions }) {
  const [tab, setTab] = useQueryState("tab", parseAsStringLiteral(TABS).withDefault("fields"));
  return (
    <Tabs value={tab} onValueChange={(value) => void setTab(value as (typeof TABS)[number])}>
      <TabsList aria-label="Data map">
        <TabsTrigger value="fields">Fields</TabsTrigger>
        <TabsTrigger value="policies">Policies</TabsTrigger>
      </TabsList>
      <TabsContent value="fields">
        <DataMapScreen {...fields} />
      </TabsContent>
      <TabsContent value="policies">
        <LabelPolicies view={labels} mayWrite={fields.mayWrite} actions={actions} />
      </TabsContent>
    </Tabs>
  );
}
