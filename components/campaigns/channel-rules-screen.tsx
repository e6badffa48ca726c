"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ArrowDown, ArrowUp, Plus, Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { formatCount, formatShare } from "@/components/charts";
import { useAction } from "@/components/layout/use-action";
import { useDebounced } from "@/components/layout/use-debounced";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { CHANNEL_OPERATORS, ORIGIN_TEXTS, type ChannelCondition, type ChannelRule } from "@/domain/campaigns/model";
import type { Result } from "@/domain/kernel/model";

export interface ChannelRulesScreenProps {
  rules: readonly ChannelRule[];
  isDefault: boolean;
  unassigned: readonly { source: string; medium: string; touches: number }[];
  /** Null for whoever may only read. */
  save: ((input: readonly ChannelRule[]) => Promise<Result<unknown>>) | null;
}

const FIELD_NAMES: Record<(typeof ORIGIN_TEXTS)[number], string> = {
  source: "Source",
  medium: "Medium",
  campaign: "Campaign",
  content: "Ad or link",
  term: "Keyword",
  clickId: "Click id",
  referrer: "Referrer",
  kind: "Kind",
};
const OPERATOR_NAMES: Record<(typeof CHANNEL_OPERATORS)[number], string> = {
  is: "is",
  is_not: "is not",
  is_one_of: "is one of",
  contains: "contains",
  starts_with: "starts with",
  ends_with: "ends with",
  is_empty: "is empty",
  is_not_empty: "is not empty",
};
const NEW_CONDITION: ChannelCondition = { field: "source", operator: "is", values: [""] };

interface Share {
  readonly channel: string;
  readonly touches: number;
  readonly before: number;
}

/** The rules in their order with what other rules would change, before anything is saved. */
export function ChannelRulesScreen({ rules, isDefault, unassigned, save }: ChannelRulesScreenProps) {
  const router = useRouter();
  const [draft, setDraft] = useState<readonly ChannelRule[]>(rules);
  const text = JSON.stringify(tidy(draft));
  const isChanged = text !== JSON.stringify(rules);
  const asked = useDebounced(text, 400);
  const preview = useQuery({
    queryKey: ["channel-rules", asked],
    queryFn: ({ signal }) => previewRules(asked, signal),
    // A rule without a name cannot be counted yet: the last counts stay until it has one.
    enabled: (JSON.parse(asked) as ChannelRule[]).every(({ channel }) => channel.trim() !== ""),
    placeholderData: keepPreviousData,
    retry: false,
  });
  const saving = useAction(save ?? refuse, { success: "Channel rules saved", onSuccess: () => router.refresh() });
  const change = (at: number, rule: ChannelRule): void => setDraft(draft.with(at, rule));
  const move = (at: number, by: number): void => {
    const rule = draft[at];
    if (rule !== undefined) setDraft(draft.toSpliced(at, 1).toSpliced(at + by, 0, rule));
  };
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-5 xl:grid-cols-[minmax(0,1fr)_24rem]">
      <section aria-label="Rules" className="grid grid-cols-[minmax(0,1fr)] content-start gap-3">
        <p className="text-sm text-muted-foreground">
          {`A touch belongs to the first rule that holds, from top to bottom. A visit that says nothing is Direct; what no rule knows is Unassigned.${isDefault ? " These are the rules that every install begins with." : ""}`}
        </p>
        <ol className="grid grid-cols-[minmax(0,1fr)] gap-3">
          {draft.map((rule, at) => (
            // Rules are told apart by their place: two may have the same channel.
            // oxlint-disable-next-line react/no-array-index-key
            <li key={at} className="grid grid-cols-[minmax(0,1fr)] gap-2 rounded-lg border bg-card p-3">
              <Rule
                rule={rule}
                at={at}
                last={draft.length - 1}
                readOnly={save === null}
                onChange={(next) => change(at, next)}
                onMove={(by) => move(at, by)}
                onRemove={() => setDraft(draft.toSpliced(at, 1))}
              />
            </li>
          ))}
        </ol>
        {save === null ? null : (
          <div className="flex flex-wrap gap-2">
            <Button variant="outline" onClick={() => setDraft([{ channel: "", alternatives: [[NEW_CONDITION]] }, ...draft])}>
              <Plus aria-hidden />
              Add a rule on top
            </Button>
            <Button disabled={!isChanged} pending={saving.pending} onClick={() => void saving.run(tidy(draft))}>
              Save channel rules
            </Button>
            {isChanged ? (
              <Button variant="ghost" onClick={() => setDraft(rules)}>
                Discard changes
              </Button>
            ) : null}
          </div>
        )}
      </section>
      <div className="grid grid-cols-[minmax(0,1fr)] content-start gap-5">
        <section aria-labelledby="effect" className="grid grid-cols-[minmax(0,1fr)] gap-2">
          <h2 id="effect" className="text-sm font-medium">
            {isChanged ? "What would change" : "Touches by channel"}
          </h2>
          {preview.error ? (
            <p role="alert" className="text-sm text-destructive-text">
              {preview.error.message}
            </p>
          ) : (
            <Effect shares={preview.data ?? []} isChanged={isChanged} />
          )}
        </section>
        <section aria-labelledby="unassigned" className="grid grid-cols-[minmax(0,1fr)] gap-2">
          <h2 id="unassigned" className="text-sm font-medium">
            No rule knows
          </h2>
          {unassigned.length === 0 ? (
            <p className="text-sm text-muted-foreground">Every touch has a channel.</p>
          ) : (
            <Table aria-label="Unassigned touches">
              <TableHeader>
                <TableRow>
                  <TableHead>Source / medium</TableHead>
                  <TableHead className="text-right">Touches</TableHead>
                </TableRow>
              </TableHeader>
              <TableBody>
                {unassigned.map((row) => (
                  <TableRow key={`${row.source} ${row.medium}`}>
                    <TableCell>{`${row.source || "–"} / ${row.medium || "–"}`}</TableCell>
                    <TableCell className="text-right tabular-nums">{formatCount(row.touches)}</TableCell>
                  </TableRow>
                ))}
              </TableBody>
            </Table>
          )}
        </section>
      </div>
    </div>
  );
}

/** Values as they are compared: without spaces around them, and without empty ones. */
const tidy = (rules: readonly ChannelRule[]): ChannelRule[] =>
  rules.map(({ channel, alternatives }) => ({
    channel,
    alternatives: alternatives.map((conditions) =>
      conditions.map((condition) => ({
        ...condition,
        values: condition.values.map((value) => value.trim()).filter((value) => value !== ""),
      })),
    ),
  }));

const refuse = async (): Promise<Result<unknown>> => ({
  ok: false,
  error: { code: "FORBIDDEN", message: "Only whoever governs campaigns may change the rules." },
});

async function previewRules(rules: string, signal: AbortSignal): Promise<readonly Share[]> {
  const answer = await fetch("/api/campaigns/channels", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: rules,
    cache: "no-store",
    signal,
  });
  const body = (await answer.json().catch(() => null)) as Result<readonly Share[]> | null;
  if (body?.ok === true) return body.data;
  throw new Error(body?.ok === false ? body.error.message : `The server answered ${answer.status}.`);
}

function Effect({ shares, isChanged }: { shares: readonly Share[]; isChanged: boolean }) {
  const total = shares.reduce((sum, { touches }) => sum + touches, 0);
  return (
    <Table aria-label="Touches by channel">
      <TableHeader>
        <TableRow>
          <TableHead>Channel</TableHead>
          <TableHead className="text-right">Touches</TableHead>
          <TableHead className="text-right">{isChanged ? "Change" : "Share"}</TableHead>
        </TableRow>
      </TableHeader>
      <TableBody>
        {shares.map(({ channel, touches, before }) => (
          <TableRow key={channel}>
            <TableCell>{channel}</TableCell>
            <TableCell className="text-right tabular-nums">{formatCount(touches)}</TableCell>
            <TableCell className="text-right tabular-nums">
              {isChanged
                ? touches === before
                  ? "–"
                  : `${touches > before ? "+" : "−"}${formatCount(Math.abs(touches - before))}`
                : formatShare(touches, total)}
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

interface RuleProps {
  rule: ChannelRule;
  at: number;
  last: number;
  readOnly: boolean;
  onChange(rule: ChannelRule): void;
  onMove(by: number): void;
  onRemove(): void;
}

function Rule({ rule, at, last, readOnly, onChange, onMove, onRemove }: RuleProps) {
  const name = rule.channel || `rule ${at + 1}`;
  const put = (a: number, conditions: ChannelCondition[]): void =>
    onChange({
      ...rule,
      alternatives: conditions.length === 0 ? rule.alternatives.toSpliced(a, 1) : rule.alternatives.with(a, conditions),
    });
  return (
    <>
      <div className="flex items-center gap-1">
        <span className="w-6 text-xs text-muted-foreground tabular-nums">{at + 1}</span>
        <Input
          aria-label={`Channel of rule ${at + 1}`}
          className="max-w-64 font-medium"
          value={rule.channel}
          readOnly={readOnly}
          onChange={(event) => onChange({ ...rule, channel: event.target.value })}
        />
        {readOnly ? null : (
          <span className="ml-auto flex">
            <Button variant="ghost" size="icon-sm" aria-label={`Move ${name} up`} disabled={at === 0} onClick={() => onMove(-1)}>
              <ArrowUp aria-hidden />
            </Button>
            <Button variant="ghost" size="icon-sm" aria-label={`Move ${name} down`} disabled={at === last} onClick={() => onMove(1)}>
              <ArrowDown aria-hidden />
            </Button>
            <Button variant="ghost" size="icon-sm" aria-label={`Remove ${name}`} disabled={last === 0} onClick={onRemove}>
              <Trash2 aria-hidden />
            </Button>
          </span>
        )}
      </div>
      {rule.alternatives.map((conditions, a) => (
        // Alternatives and conditions have no id; they are told apart by their place.
        // oxlint-disable-next-line react/no-array-index-key
        <div key={a} role="group" aria-label={`${name}, alternative ${a + 1}`} className="grid grid-cols-[minmax(0,1fr)] gap-1.5 pl-6">
          {a > 0 ? <span className="text-xs font-medium text-muted-foreground">or</span> : null}
          {conditions.map((condition, c) => (
            // As above.
            // oxlint-disable-next-line react/no-array-index-key
            <Condition
              key={c}
              label={`${name}, condition ${c + 1}`}
              condition={condition}
              joined={c > 0}
              readOnly={readOnly}
              onChange={(next) => put(a, conditions.with(c, next))}
              onRemove={rule.alternatives.length === 1 && conditions.length === 1 ? null : () => put(a, conditions.toSpliced(c, 1))}
            />
          ))}
          {readOnly ? null : (
            <div>
              <Button variant="ghost" size="sm" onClick={() => put(a, [...conditions, NEW_CONDITION])}>
                <Plus aria-hidden />
                And
              </Button>
              {a === rule.alternatives.length - 1 ? (
                <Button
                  variant="ghost"
                  size="sm"
                  onClick={() => onChange({ ...rule, alternatives: [...rule.alternatives, [NEW_CONDITION]] })}
                >
                  <Plus aria-hidden />
                  Or
                </Button>
              ) : null}
            </div>
          )}
        </div>
      ))}
    </>
  );
}

interface ConditionProps {
  label: string;
  condition: ChannelCondition;
  joined: boolean;
  readOnly: boolean;
  onChange(condition: ChannelCondition): void;
  onRemove: (() => void) | null;
}

function Condition({ label, condition, joined, readOnly, onChange, onRemove }: ConditionProps) {
  const isBare = condition.operator === "is_empty" || condition.operator === "is_not_empty";
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] items-center gap-1.5 sm:grid-cols-[1.75rem_7.5rem_8.5rem_minmax(0,1fr)_2rem]">
      <span className="text-xs text-muted-foreground">{joined ? "and" : "if"}</span>
      <NativeSelect
        aria-label={`${label}: what`}
        disabled={readOnly}
        value={condition.field}
        onChange={(event) => onChange({ ...condition, field: event.target.value as ChannelCondition["field"] })}
      >
        {ORIGIN_TEXTS.map((field) => (
          <option key={field} value={field}>
            {FIELD_NAMES[field]}
          </option>
        ))}
      </NativeSelect>
      <NativeSelect
        aria-label={`${label}: how`}
        disabled={readOnly}
        value={condition.operator}
        onChange={(event) => {
          const operator = event.target.value as ChannelCondition["operator"];
          onChange({
            ...condition,
            operator,
            values: operator.endsWith("empty") ? [] : condition.values.length === 0 ? [""] : condition.values,
          });
        }}
      >
        {CHANNEL_OPERATORS.map((operator) => (
          <option key={operator} value={operator}>
            {OPERATOR_NAMES[operator]}
          </option>
        ))}
      </NativeSelect>
      {isBare ? (
        <span />
      ) : (
        <Input
          aria-label={`${label}: values, separated by commas`}
          value={condition.values.join(", ")}
          readOnly={readOnly}
          onChange={(event) => onChange({ ...condition, values: event.target.value.split(",").map((value) => value.trimStart()) })}
        />
      )}
      {readOnly || onRemove === null ? (
        <span />
      ) : (
        <Button variant="ghost" size="icon-sm" aria-label={`Remove ${label}`} onClick={onRemove}>
          <Trash2 aria-hidden />
        </Button>
      )}
    </div>
  );
}
