"use client";

import { parseAsStringLiteral, useQueryState } from "nuqs";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import type { JourneyDefinition } from "@/domain/journeys/model";
import type { Result } from "@/domain/kernel/model";
import { HistoryRehearsal } from "./history-rehearsal";
import { WalkRehearsal } from "./walk-rehearsal";

const TABS = ["history", "person"] as const;

export interface RehearsalActions {
  start(input: { id: string; from: string; to: string }): Promise<Result<{ id: string }>>;
  stop(input: { id: string }): Promise<Result<null>>;
}

export interface RehearsalScreenProps {
  readonly id: string;
  readonly definition: JourneyDefinition;
  readonly revision: number;
  /** The company's zone. */
  readonly zone: string;
  readonly mayStart: boolean;
  readonly mayPickPeople: boolean;
  readonly actions: RehearsalActions;
}

/** Tries a drawing before anybody gets it: over what really happened, and step by step for one person. */
export function RehearsalScreen(props: RehearsalScreenProps) {
  const [tab, setTab] = useQueryState("tab", parseAsStringLiteral(TABS).withDefault("history"));
  return (
    <Tabs value={tab} onValueChange={(value) => void setTab(value as (typeof TABS)[number])}>
      <TabsList aria-label="Kinds of rehearsal">
        <TabsTrigger value="history">Over history</TabsTrigger>
        <TabsTrigger value="person">One person</TabsTrigger>
      </TabsList>
      <TabsContent value="history">
        <HistoryRehearsal {...props} />
      </TabsContent>
      <TabsContent value="person">
        <WalkRehearsal {...props} />
      </TabsContent>
    </Tabs>
  );
}
