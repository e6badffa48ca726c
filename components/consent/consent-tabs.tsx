"use client";

import { parseAsStringLiteral, useQueryState } from "nuqs";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import type { PolicyCell, PolicyView, PurposeInput, PurposeView } from "@/domain/consent/model";
import type { Result } from "@/domain/kernel/model";
import type { PreferenceSettings } from "@/domain/preferences/model";
import { PolicyMatrix } from "./policy-matrix";
import { PreferenceCentre } from "./preference-centre";
import { Purposes } from "./purposes";

export interface ConsentActions {
  savePurpose: (input: PurposeInput) => Promise<Result<{ id: string; version: number }>>;
  publishPurpose: (input: { id: string }) => Promise<Result<{ version: number }>>;
  archivePurpose: (input: { id: string; archived: boolean }) => Promise<Result<null>>;
  savePolicy: (input: { cells: PolicyCell[] }) => Promise<Result<null>>;
  changeUse: (input: { id: string; purposeId: string | null }) => Promise<Result<null>>;
  savePreferences: (input: Omit<PreferenceSettings, "epoch">) => Promise<Result<null>>;
  revokeLinks: (input: null) => Promise<Result<null>>;
}

const TABS = ["purposes", "policy", "preferences"] as const;

export function ConsentTabs(props: {
  purposes: PurposeView[];
  policy: PolicyView;
  preferences: PreferenceSettings;
  canWrite: boolean;
  actions: ConsentActions;
}) {
  const { purposes, policy, preferences, canWrite, actions } = props;
  const [tab, setTab] = useQueryState("tab", parseAsStringLiteral(TABS).withDefault("purposes"));
  return (
    <Tabs value={tab} onValueChange={(value) => void setTab(value as (typeof TABS)[number])}>
      <TabsList aria-label="Consent">
        <TabsTrigger value="purposes">Purposes</TabsTrigger>
        <TabsTrigger value="policy">Policy</TabsTrigger>
        <TabsTrigger value="preferences">Preference centre</TabsTrigger>
      </TabsList>
      <TabsContent value="purposes">
        <Purposes purposes={purposes} people={policy.people} asOf={policy.asOf} canWrite={canWrite} actions={actions} />
      </TabsContent>
      <TabsContent value="policy">
        <PolicyMatrix
          key={policy.cells.map(({ rule }) => rule).join() + policy.uses.map(({ purposeId }) => purposeId).join()}
          policy={policy}
          canWrite={canWrite}
          actions={actions}
        />
      </TabsContent>
      <TabsContent value="preferences">
        <PreferenceCentre key={JSON.stringify(preferences)} settings={preferences} canWrite={canWrite} actions={actions} />
      </TabsContent>
    </Tabs>
  );
}
