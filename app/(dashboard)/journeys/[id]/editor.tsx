"use client";

import { useMemo } from "react";
import { JourneyEditor, type JourneyEditorProps } from "@/components/journeys/journey-editor";
import {
  ConditionRows,
  EmbeddedProvider,
  EventFilters,
  EventName,
  PropertyName,
  TraitName,
  type EmbeddedData,
} from "@/components/segments/embedded";

/** The page brings the rows of the segment builder into the journey's forms: the two areas do not know each other. */
const PARTS = { Condition: ConditionRows, Filters: EventFilters, EventName, PropertyName, TraitName };

export function Editor({ data, ...props }: Omit<JourneyEditorProps, "parts" | "names"> & { data: EmbeddedData }) {
  const { choices } = props;
  const names = useMemo(
    () =>
      Object.fromEntries(
        [...data.segments, ...data.lists, ...data.traits, ...choices.templates, ...choices.journeys, ...choices.purposes].map((one) => [
          one.id,
          one.name,
        ]),
      ),
    [data, choices],
  );
  return (
    <EmbeddedProvider data={data}>
      <JourneyEditor key={props.journey.id} {...props} names={names} parts={PARTS} />
    </EmbeddedProvider>
  );
}
