"use client";

import { parseAsStringLiteral, useQueryState } from "nuqs";
import { Badge } from "@/components/ui/badge";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import type { IdentityReview, IdentityRules, IdentityRulesView, MergePage } from "@/domain/identity/model";
import type { Result } from "@/domain/kernel/model";
import { MergeLedger } from "./merge-ledger";
import { ReviewList } from "./review-list";
import { RulesEditor } from "./rules-editor";
import { RuleVersions } from "./rule-versions";

export interface SaveInput {
  rules: IdentityRules;
  basedOn: number;
  note: string | null;
  applyToHistory: boolean;
}
export type SaveRules = (input: SaveInput) => Promise<Result<{ version: number; jobId: number | null }>>;
export type Unmerge = (input: {
  mergeId: string;
  neverMerge: boolean;
  reason: string | null;
}) => Promise<Result<{ survivorId: number; loserId: number }>>;

const TABS = ["rules", "review", "merges", "versions"] as const;

export function IdentityTabs(props: {
  view: IdentityRulesView;
  review: IdentityReview;
  merges: MergePage;
  canWrite: boolean;
  canUnmerge: boolean;
  save: SaveRules;
  unmerge: Unmerge;
}) {
  const [tab, setTab] = useQueryState("tab", parseAsStringLiteral(TABS).withDefault("rules"));
  const waiting = props.view.unreviewed.length;
  return (
    <Tabs value={tab} onValueChange={(value) => void setTab(value as (typeof TABS)[number])}>
      <TabsList aria-label="Identity">
        <TabsTrigger value="rules">
          Rules
          {waiting > 0 ? (
            <Badge variant="warning">
              {waiting} new {waiting === 1 ? "type" : "types"}
            </Badge>
          ) : null}
        </TabsTrigger>
        <TabsTrigger value="review">Review</TabsTrigger>
        <TabsTrigger value="merges">Merges</TabsTrigger>
        <TabsTrigger value="versions">Versions</TabsTrigger>
      </TabsList>
      <TabsContent value="rules">
        <RulesEditor view={props.view} canWrite={props.canWrite} save={props.save} />
      </TabsContent>
      <TabsContent value="review">
        <ReviewList review={props.review} />
      </TabsContent>
      <TabsContent value="merges">
        <MergeLedger first={props.merges} canUnmerge={props.canUnmerge} unmerge={props.unmerge} />
      </TabsContent>
      <TabsContent value="versions">
        <RuleVersions view={props.view} />
      </TabsContent>
    </Tabs>
  );
}
