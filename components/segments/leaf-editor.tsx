"use client";

import { useQuery } from "@tanstack/react-query";
import type { ValueType } from "@/domain/segments/computed/model";
import { LIFECYCLE_STATES, type Leaf, type LeafOf, type Test } from "@/domain/segments/model";
import { CHANNEL_LABELS, CHANNELS, type Channel, type PurposeChoice } from "@/domain/consent/model";
import { useBuilder } from "./builder-context";
import { getJson } from "./queries";
import { CompareInput, EventInput, Filters, MeasureInput, WindowInput } from "./event-parts";
import { DurationInput, NumberInput, WordInput, WordSelect } from "./inline";
import { usualOperator, withOperator, type OperatorId } from "./operators";
import { SequenceEditor } from "./sequence-editor";
import { SqlEditor } from "./sql-editor";
import { pathText, SuggestInput, textPath } from "./suggest";
import { TestEditor } from "./test-editor";

type Put = (leaf: Leaf, field?: string) => void;

/** Purposes by name; what is not published any more stays readable by its id. */
function ConsentEditor({ leaf, put }: { leaf: LeafOf<"consent">; put: Put }) {
  const { data } = useQuery({
    queryKey: ["consent", "purposes", "reports"],
    queryFn: ({ signal }) => getJson<PurposeChoice[]>("/api/consent/purposes?destination=reports", signal),
    staleTime: 60_000,
  });
  const purposes = (data ?? []).map(({ id, name }) => ({ value: id, label: name }));
  const options = purposes.some(({ value }) => value === leaf.purpose)
    ? purposes
    : [{ value: leaf.purpose, label: leaf.purpose }, ...purposes];
  return (
    <>
      <span>may be used for</span>
      <WordSelect label="Purpose" value={leaf.purpose} options={options} onChange={(purpose) => put({ ...leaf, purpose })} />
      <WordSelect
        label="Channel"
        value={leaf.channel ?? ""}
        options={[
          { value: "", label: "on its channel" },
          ...CHANNELS.map((channel) => ({ value: channel, label: `by ${CHANNEL_LABELS[channel]}` })),
        ]}
        onChange={(channel) => put({ ...leaf, channel: channel === "" ? null : (channel as Channel) })}
      />
    </>
  );
}

/** A row in words, every operand a control. */
export function LeafEditor({ leaf }: { leaf: Leaf }) {
  const { dispatch } = useBuilder();
  const put: Put = (next, field) => dispatch({ type: "update", leaf: next, ...(field === undefined ? {} : { field }) });
  switch (leaf.kind) {
    case "trait":
      return <TraitEditor leaf={leaf} put={put} />;
    case "computed":
      return <ComputedEditor leaf={leaf} put={put} />;
    case "event":
      return <EventEditor leaf={leaf} put={put} />;
    case "event_time":
      return (
        <>
          <span>the</span>
          <WordSelect
            label="First or last"
            value={leaf.which}
            options={[
              { value: "first", label: "first" },
              { value: "last", label: "last" },
            ]}
            onChange={(which) => put({ ...leaf, which: which as "first" | "last" })}
          />
          <EventInput label="Event" any value={leaf.event} onChange={(event) => put({ ...leaf, event })} />
          <TestEditor
            what="Time of the event"
            test={leaf.test}
            source={{ of: "events" }}
            only={["date", "date_range", "date_relative"]}
            onChange={(test, field) => put({ ...leaf, test: test as typeof leaf.test }, field)}
          />
          <Filters event={leaf.event} where={leaf.where} onChange={(where, field) => put({ ...leaf, where }, field)} />
        </>
      );
    case "sequence":
      return <SequenceEditor leaf={leaf} put={put} />;
    case "lifecycle":
      return (
        <>
          <span>are</span>
          <WordSelect
            label="Stage"
            value={leaf.state}
            options={LIFECYCLE_STATES.map((state) => ({ value: state, label: state }))}
            onChange={(state) => put({ ...leaf, state: state as typeof leaf.state })}
          />
          <span>by</span>
          <EventInput label="Event" any value={leaf.event} onChange={(event) => put({ ...leaf, event })} />
          <span>in periods of</span>
          <DurationInput label="Period" value={leaf.period} onChange={(period) => put({ ...leaf, period }, "period")} />
          <p className="w-full text-xs text-muted-foreground">{LIFECYCLE_WORDS[leaf.state]}</p>
        </>
      );
    case "segment":
      return <SegmentEditor leaf={leaf} put={put} />;
    case "identifier":
      return (
        <>
          <span>have</span>
          <CompareInput what="Identifiers" whole value={leaf.compare} onChange={(compare, field) => put({ ...leaf, compare }, field)} />
          <span>identifiers of the type</span>
          <SuggestInput
            label="Type of identifier"
            value={leaf.type ?? ""}
            placeholder="any"
            source={{ of: "values", kind: "identifier_type" }}
            onChange={(type) => put({ ...leaf, type: type || null })}
          />
        </>
      );
    case "account":
      return <AccountEditor leaf={leaf} put={put} />;
    case "device":
      return (
        <>
          <span>used a device whose</span>
          <WordSelect
            label="Field of the device"
            value={leaf.field}
            options={["type", "name", "os"].map((field) => ({ value: field, label: field === "os" ? "system" : field }))}
            onChange={(field) => put({ ...leaf, field: field as typeof leaf.field })}
          />
          <TestEditor
            what="Device"
            test={leaf.test}
            only={TEXTUAL}
            source={{ of: "values", kind: `device_${leaf.field}` }}
            onChange={(test, field) => put({ ...leaf, test }, field)}
          />
        </>
      );
    case "location":
      return (
        <>
          <span>their</span>
          <WordSelect
            label="Place"
            value={leaf.field}
            options={[
              { value: "country", label: "country" },
              { value: "city", label: "city" },
              { value: "timezone", label: "time zone" },
            ]}
            onChange={(field) => put({ ...leaf, field: field as typeof leaf.field })}
          />
          <TestEditor
            what="Place"
            test={leaf.test}
            only={TEXTUAL}
            source={{ of: "values", kind: leaf.field }}
            onChange={(test, field) => put({ ...leaf, test }, field)}
          />
        </>
      );
    case "random":
      return (
        <>
          <span>fall into the random share from</span>
          <NumberInput
            label="Share from (per cent)"
            value={leaf.from}
            min={0}
            max={100}
            onChange={(from) => put({ ...leaf, from }, "from")}
          />
          <span>% to</span>
          <NumberInput label="Share to (per cent)" value={leaf.to} min={0} max={100} onChange={(to) => put({ ...leaf, to }, "to")} />
          <span>% of the draw</span>
          <WordInput label="Name of the draw" value={leaf.salt} maxLength={100} onChange={(salt) => put({ ...leaf, salt }, "salt")} />
        </>
      );
    case "consent":
      return <ConsentEditor leaf={leaf} put={put} />;
    case "known":
      return <span>are known: have a user id, an e-mail or a phone</span>;
    case "sql":
      return <SqlEditor leaf={leaf} put={put} />;
    case "list":
      return <ListEditor leaf={leaf} put={put} />;
  }
}

const TEXTUAL: readonly Test["type"][] = ["text", "text_list", "pattern", "presence"];
const LIFECYCLE_WORDS: Record<LeafOf<"lifecycle">["state"], string> = {
  new: "New: did it for the first time within one period.",
  active: "Active: did it within one period, and is neither new nor returned.",
  lapsing: "Lapsing: did it last between one and two periods ago.",
  lapsed: "Lapsed: did it last more than two periods ago.",
  returned: "Returned: did it within one period, after a gap of more than two.",
};

function TraitEditor({ leaf, put }: { leaf: LeafOf<"trait">; put: Put }) {
  const name = pathText(leaf.path);
  return (
    <>
      <span>their trait</span>
      <SuggestInput
        label="Trait"
        value={name}
        source={{ of: "traits" }}
        placeholder="trait"
        invalid={name === ""}
        onChange={(text, chosen) =>
          put({
            ...leaf,
            path: chosen?.path ?? textPath(text),
            test: chosen?.types ? withOperator(usualOperator(chosen.types)) : leaf.test,
          })
        }
      />
      <TestEditor
        what={`Trait ${name}`}
        test={leaf.test}
        source={{ of: "values", kind: "trait", path: leaf.path }}
        onChange={(test, field) => put({ ...leaf, test }, field)}
      />
    </>
  );
}

/** Tests that begin a row over a computed trait, by the type of its values. */
const FIRST_TEST: Record<ValueType, OperatorId> = {
  number: "number:gte",
  text: "text_list:in",
  date: "date_relative:within_last",
  list: "list:has_some_of",
  any: "presence:exists",
};

function ComputedEditor({ leaf, put }: { leaf: LeafOf<"computed">; put: Put }) {
  const { traits } = useBuilder();
  const name = traits.find(({ id }) => id === leaf.traitId)?.name ?? "";
  return (
    <>
      <span>their computed trait</span>
      <WordSelect
        label="Computed trait"
        value={leaf.traitId}
        options={[{ value: "", label: "choose a computed trait" }, ...traits.map((one) => ({ value: one.id, label: one.name }))]}
        onChange={(traitId) => {
          const chosen = traits.find(({ id }) => id === traitId);
          put({ ...leaf, traitId, test: chosen ? withOperator(FIRST_TEST[chosen.valueType]) : leaf.test });
        }}
      />
      <TestEditor
        what={`Computed trait ${name}`}
        test={leaf.test}
        source={{ of: "values", kind: "computed", path: [leaf.traitId] }}
        onChange={(test, field) => put({ ...leaf, test }, field)}
      />
    </>
  );
}

function EventEditor({ leaf, put }: { leaf: LeafOf<"event">; put: Put }) {
  const never = leaf.measure.of === "count" && leaf.compare.operator === "exactly" && leaf.compare.n === 0;
  return (
    <>
      <WordSelect
        label="Did or did not"
        value={never ? "not" : "did"}
        options={[
          { value: "did", label: "did" },
          { value: "not", label: "did not do" },
        ]}
        onChange={(did) =>
          put({
            ...leaf,
            measure: { of: "count" },
            compare: did === "not" ? { operator: "exactly", n: 0 } : { operator: "at_least", n: 1 },
          })
        }
      />
      <EventInput label="Event" any value={leaf.event} onChange={(event) => put({ ...leaf, event })} />
      {!never && (
        <>
          <CompareInput
            what="How often"
            whole={["count", "days", "weeks", "months", "distinct"].includes(leaf.measure.of)}
            value={leaf.compare}
            onChange={(compare, field) => put({ ...leaf, compare }, field)}
          />
          <MeasureInput event={leaf.event} value={leaf.measure} onChange={(measure) => put({ ...leaf, measure })} />
        </>
      )}
      <WindowInput value={leaf.window} onChange={(window, field) => put({ ...leaf, window }, field)} />
      <Filters event={leaf.event} where={leaf.where} onChange={(where, field) => put({ ...leaf, where }, field)} />
    </>
  );
}

function SegmentEditor({ leaf, put }: { leaf: LeafOf<"segment">; put: Put }) {
  const { segments } = useBuilder();
  return (
    <>
      <WordSelect
        label="In or not in"
        value={leaf.negate ? "out" : "in"}
        options={[
          { value: "in", label: "are in the segment" },
          { value: "out", label: "are not in the segment" },
        ]}
        onChange={(side) => {
          const { negate: _, ...rest } = leaf;
          put(side === "out" ? { ...rest, negate: true } : rest);
        }}
      />
      <WordSelect
        label="Segment"
        value={leaf.segmentId}
        options={[{ value: "", label: "choose a segment" }, ...segments.map((one) => ({ value: one.id, label: one.name }))]}
        onChange={(segmentId) => put({ ...leaf, segmentId })}
      />
    </>
  );
}

function ListEditor({ leaf, put }: { leaf: LeafOf<"list">; put: Put }) {
  const { lists } = useBuilder();
  return (
    <>
      <WordSelect
        label="On or not on"
        value={leaf.negate ? "out" : "in"}
        options={[
          { value: "in", label: "are on the list" },
          { value: "out", label: "are not on the list" },
        ]}
        onChange={(side) => {
          const { negate: _, ...rest } = leaf;
          put(side === "out" ? { ...rest, negate: true } : rest);
        }}
      />
      <WordSelect
        label="List"
        value={leaf.listId}
        options={[{ value: "", label: "choose a list" }, ...lists.map((one) => ({ value: one.id, label: one.name }))]}
        onChange={(listId) => put({ ...leaf, listId })}
      />
    </>
  );
}

function AccountEditor({ leaf, put }: { leaf: LeafOf<"account">; put: Put }) {
  const { path, test, ...rest } = leaf;
  return (
    <>
      <span>belong to</span>
      <WordSelect
        label="Which account"
        value={test ? "trait" : "any"}
        options={[
          { value: "any", label: "any account" },
          { value: "trait", label: "an account whose" },
        ]}
        onChange={(which) => put(which === "any" ? rest : { ...rest, path: [""], test: withOperator("text:equals") })}
      />
      {test && path && (
        <>
          <SuggestInput
            label="Trait of the account"
            value={pathText(path)}
            source={{ of: "account_traits" }}
            placeholder="trait"
            invalid={pathText(path) === ""}
            onChange={(text, chosen) =>
              put({
                ...rest,
                path: chosen?.path ?? textPath(text),
                test: chosen?.types ? withOperator(usualOperator(chosen.types)) : test,
              })
            }
          />
          <TestEditor
            what="Account"
            test={test}
            source={{ of: "values", kind: "account", path }}
            onChange={(next, field) => put({ ...rest, path, test: next }, field)}
          />
        </>
      )}
    </>
  );
}
