import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import type { Experiment, ExperimentResult } from "@/domain/experiments/model";
import { chance, count } from "./format";

/** What has to be known before a number is believed. */
export function ResultNotices({ experiment, data }: { experiment: Experiment; data: ExperimentResult }) {
  const { sampleRatio, crossed, restricted, elsewhere, open } = data;
  const rest = [
    ...(crossed > 0 ? [`${count(crossed)} met more than one arm and count under the first.`] : []),
    ...(elsewhere > 0 ? [`${count(elsewhere)} were in an arm that this experiment does not name.`] : []),
    ...(restricted > 0 ? [`${count(restricted)} do not allow measurement and are in no arm.`] : []),
    ...(open > 0 ? [`${count(open)} are still inside their ${experiment.windowDays} days: their outcomes may yet come.`] : []),
  ];
  return (
    <>
      {sampleRatio?.mismatch === true ? (
        <Notice strong>
          <strong className="font-medium">The arms are not as large as planned.</strong>{" "}
          {`Expected ${data.arms.map(({ name }, i) => `${name} ${count(Math.round(sampleRatio.expected[i] ?? 0))}`).join(", ")}; chance alone would explain it in one of ${sampleRatio.p < 1e-6 ? "a million" : count(Math.round(1 / sampleRatio.p))} tests. Something put people into arms or lost them unevenly: find out what before believing the result.`}
        </Notice>
      ) : null}
      {experiment.adaptive ? (
        <Notice>
          The shares of these arms follow their results, so that the split is not tested and estimates lean towards arms that were lucky
          early.
        </Notice>
      ) : null}
      {rest.length > 0 || sampleRatio?.mismatch === false ? (
        <p className="text-sm text-pretty text-muted-foreground">
          {[...(sampleRatio?.mismatch === false ? [`The split is as planned (p ${chance(sampleRatio.p)}).`] : []), ...rest].join(" ")}
        </p>
      ) : null}
    </>
  );
}

function Notice({ strong = false, children }: { strong?: boolean; children: ReactNode }) {
  return (
    <p
      role={strong ? "alert" : "status"}
      className={`flex items-start gap-2 rounded-md border px-4 py-3 text-sm ${strong ? "border-destructive/50" : "border-warning/40"}`}
    >
      <TriangleAlert aria-hidden className={`mt-0.5 size-4 shrink-0 ${strong ? "text-destructive" : "text-warning"}`} />
      <span>{children}</span>
    </p>
  );
}
