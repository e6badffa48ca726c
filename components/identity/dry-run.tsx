"use client";

import Link from "next/link";
import { useEffect, useState } from "react";
import { Badge } from "@/components/ui/badge";
import { Progress } from "@/components/ui/progress";
import { Spinner } from "@/components/ui/spinner";
import type { IdentityRules, PreviewExample, PreviewState, TraitsPreview } from "@/domain/identity/model";
import type { Result } from "@/domain/kernel/model";

export type DryRunState = PreviewState | { status: "refused"; message: string } | { status: "starting" };

async function call(url: string, init: RequestInit, signal: AbortSignal): Promise<DryRunState> {
  try {
    const answer = await fetch(url, { ...init, cache: "no-store", signal });
    const body = (await answer.json()) as Result<PreviewState>;
    return body.ok ? body.data : { status: "refused", message: body.error.message };
  } catch {
    return { status: "refused", message: "The server did not answer. Check the connection, then try again." };
  }
}

/** Replays history under the rules, and asks again until it is done. Starts over when `rules` changes; null: nothing. */
export function useDryRun(rules: IdentityRules | null): DryRunState | null {
  const [state, setState] = useState<{ of: IdentityRules; state: DryRunState } | null>(null);
  useEffect(() => {
    if (!rules) return;
    const stop = new AbortController();
    const run = async (): Promise<void> => {
      const headers = { "content-type": "application/json" };
      let now = await call("/api/identity/preview", { method: "POST", headers, body: JSON.stringify({ rules }) }, stop.signal);
      while (!stop.signal.aborted) {
        setState({ of: rules, state: now });
        if (now.status !== "running") return;
        const job = now.jobId;
        await new Promise((done) => setTimeout(done, 1_000));
        now = await call(`/api/identity/preview?job=${job}`, {}, stop.signal);
      }
    };
    void run();
    return () => stop.abort();
  }, [rules]);
  if (!rules) return null;
  return state?.of === rules ? state.state : { status: "starting" };
}

const number = new Intl.NumberFormat("en");
const people = (n: number): string => `${number.format(n)} ${n === 1 ? "person" : "people"}`;

/** What the rules would make of all history. */
export function DryRun({ state }: { state: DryRunState }) {
  if (state.status === "starting" || state.status === "running") {
    const share = state.status === "running" && state.total > 0 ? Math.round((100 * state.done) / state.total) : 0;
    return (
      <div className="grid gap-2" role="status">
        <p className="flex items-center gap-2 text-sm">
          <Spinner />
          {state.status === "running"
            ? `Replaying ${number.format(state.done)} of ${number.format(state.total)} messages`
            : "Replaying history under these rules"}
        </p>
        {state.status === "running" ? <Progress value={share} aria-label="Messages replayed" /> : null}
      </div>
    );
  }
  if (state.status === "refused" || state.status === "failed") {
    return (
      <p role="alert" className="text-sm text-destructive-text">
        {state.status === "refused" ? state.message : `The dry run failed (${state.code}). Try again.`}
      </p>
    );
  }
  const { preview } = state;
  const facts = [
    ["People now", number.format(preview.peopleBefore)],
    ["People then", number.format(preview.peopleAfter)],
    ["Would split", people(preview.split)],
    ["Would merge", people(preview.merged)],
    ["Identifiers lost", number.format(preview.identifiersLost)],
    ["Identifiers gained", number.format(preview.identifiersGained)],
  ] as const;
  return (
    <div className="grid gap-4" role="status">
      <p className="text-sm text-muted-foreground">
        {number.format(preview.messages)} messages replayed beside the real data; nothing was changed.
      </p>
      <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-md border bg-border sm:grid-cols-3">
        {facts.map(([label, value]) => (
          <div key={label} className="bg-card px-3 py-2">
            <dt className="text-xs text-muted-foreground">{label}</dt>
            <dd className="font-medium tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
      {preview.traits ? <ChangedTraits traits={preview.traits} /> : null}
      <Examples title="Would split" examples={preview.splitExamples} />
      <Examples title="Would merge" examples={preview.mergedExamples} />
    </div>
  );
}

function ChangedTraits({ traits }: { traits: TraitsPreview }) {
  return (
    <section className="grid gap-2" aria-label="Trait values">
      <h3 className="text-sm font-medium">Trait values</h3>
      <p className="text-sm text-muted-foreground">
        {traits.people === 0
          ? "Nobody's traits change at once."
          : `${people(traits.people)} would show another value at once: those that have several fragments.`}{" "}
        Values inside a fragment are chosen anew when the rules are applied to history.
      </p>
      {traits.keys.length > 0 ? (
        <ul className="grid divide-y rounded-md border text-sm">
          {traits.keys.map(({ key, people: n, examples }) => (
            <li key={key} className="flex flex-wrap items-center gap-x-3 px-3 py-1.5">
              <span className="font-medium">{key}</span>
              <span className="text-muted-foreground">{people(n)}</span>
              <span className="ml-auto flex flex-wrap gap-x-3">
                {examples.map((id) => (
                  <PersonLink key={id} id={id} />
                ))}
              </span>
            </li>
          ))}
        </ul>
      ) : null}
    </section>
  );
}

function PersonLink({ id }: { id: number }) {
  return (
    <Link href={`/profiles/${id}`} className="inline-flex min-h-6 min-w-6 items-center text-primary-text underline underline-offset-2">
      Person {id}
    </Link>
  );
}

function Examples({ title, examples }: { title: string; examples: PreviewExample[] }) {
  if (examples.length === 0) return null;
  return (
    <section className="grid gap-2">
      <h3 className="text-sm font-medium">{title}</h3>
      <ul className="grid gap-2">
        {examples.map((example) => (
          <li key={example.people.join("-")} className="grid gap-1.5 rounded-md border px-3 py-2 text-sm">
            <span className="flex flex-wrap gap-x-3">
              {example.people.map((id) => (
                <PersonLink key={id} id={id} />
              ))}
            </span>
            <span className="flex flex-wrap gap-1">
              {example.identifiers.map(({ type, value }) => (
                <Badge key={`${type}:${value}`} variant="outline" className="max-w-full truncate">
                  {type} {value}
                </Badge>
              ))}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
