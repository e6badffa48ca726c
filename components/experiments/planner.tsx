"use client";

import { useState } from "react";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import { sampleSizeForMean, sampleSizeForRate } from "@/domain/kernel/statistics";
import { count } from "./format";

export interface PlannerProps {
  currency: string | null;
  /** Rate of the control, 0 to 1, and standard deviation of its value per person; null: not known. */
  base: number | null;
  deviation: number | null;
}

const numberOf = (text: string): number => Number(text.replace(",", "."));

/** How many people a test needs before it starts. All by formula, at once. */
export function Planner({ currency, base, deviation }: PlannerProps) {
  const [kind, setKind] = useState("rate");
  const [rate, setRate] = useState(base === null ? "5" : String(Math.round(base * 1_000) / 10));
  const [spread, setSpread] = useState(deviation === null ? "50" : deviation.toFixed(2));
  const [lift, setLift] = useState("10");
  const [step, setStep] = useState("5");
  const [power, setPower] = useState("80");
  const [arms, setArms] = useState("2");
  const [perDay, setPerDay] = useState("500");
  const p = numberOf(rate) / 100;
  const difference = kind === "rate" ? (p * numberOf(lift)) / 100 : numberOf(step);
  const perArm =
    kind === "rate"
      ? p > 0 && p < 1 && difference > 0 && p + difference < 1
        ? sampleSizeForRate(p, difference, 0.05, numberOf(power) / 100)
        : null
      : numberOf(spread) > 0 && difference > 0
        ? sampleSizeForMean(numberOf(spread), difference, 0.05, numberOf(power) / 100)
        : null;
  const all = perArm === null ? null : perArm * Number(arms);
  const days = all === null || !(numberOf(perDay) > 0) ? null : Math.ceil(all / numberOf(perDay));
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <p className="max-w-prose text-sm text-pretty text-muted-foreground">
        How many people a test needs to see a difference of a given size, at 5 % error on two sides, with one look at the end. To be as sure
        while looking every day, a test needs up to twice as many; a large effect shows earlier.
      </p>
      <div role="group" aria-label="What the test should see" className="grid items-end gap-3 sm:grid-cols-2 lg:grid-cols-4">
        <Field label="Measure">
          <NativeSelect value={kind} onChange={(event) => setKind(event.target.value)}>
            <option value="rate">Share of people who convert</option>
            <option value="value">Value per person</option>
          </NativeSelect>
        </Field>
        {kind === "rate" ? (
          <>
            <Field label="Rate without the treatment (%)">
              <Input inputMode="decimal" value={rate} onChange={(event) => setRate(event.target.value)} />
            </Field>
            <Field label="Smallest lift worth seeing (%)">
              <Input inputMode="decimal" value={lift} onChange={(event) => setLift(event.target.value)} />
            </Field>
          </>
        ) : (
          <>
            <Field label={`Standard deviation per person${currency === null ? "" : ` (${currency})`}`}>
              <Input inputMode="decimal" value={spread} onChange={(event) => setSpread(event.target.value)} />
            </Field>
            <Field label={`Smallest difference worth seeing${currency === null ? "" : ` (${currency})`}`}>
              <Input inputMode="decimal" value={step} onChange={(event) => setStep(event.target.value)} />
            </Field>
          </>
        )}
        <Field label="Power">
          <NativeSelect value={power} onChange={(event) => setPower(event.target.value)}>
            <option value="80">80 %</option>
            <option value="90">90 %</option>
            <option value="95">95 %</option>
          </NativeSelect>
        </Field>
        <Field label="Arms">
          <NativeSelect value={arms} onChange={(event) => setArms(event.target.value)}>
            {[2, 3, 4, 5, 6, 7, 8].map((n) => (
              <option key={n} value={n}>
                {n}
              </option>
            ))}
          </NativeSelect>
        </Field>
        <Field label="People per day">
          <Input inputMode="numeric" value={perDay} onChange={(event) => setPerDay(event.target.value)} />
        </Field>
      </div>
      <dl aria-live="polite" className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border bg-border sm:grid-cols-3">
        <Figure label="People per arm" value={perArm === null ? "–" : count(perArm)} />
        <Figure label="People in all" value={all === null ? "–" : count(all)} />
        <Figure label="Days at that rate" value={days === null ? "–" : count(days)} />
      </dl>
      {perArm === null ? <p className="text-sm text-muted-foreground">Enter a rate between 0 and 100 % and a difference above 0.</p> : null}
    </div>
  );
}

function Figure({ label, value }: { label: string; value: string }) {
  return (
    <div className="grid content-start gap-0.5 bg-card px-4 py-3">
      <dt className="text-xs text-muted-foreground">{label}</dt>
      <dd className="text-lg font-semibold tabular-nums">{value}</dd>
    </div>
  );
}
