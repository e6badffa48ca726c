"use client";

import { TriangleAlert } from "lucide-react";
import Link from "next/link";
import { Fragment } from "react";
import { formatCount } from "@/components/charts";
import { Time } from "@/components/layout/time";
import { useAction } from "@/components/layout/use-action";
import { Button } from "@/components/ui/button";
import type { Result } from "@/domain/kernel/model";
import type { SegmentDetail } from "@/domain/segments/contracts";

/** The background check found people who are in or out wrongly: who they are, and how to put it right. */
export function CheckAlarm({
  segment,
  recompute,
  onChanged,
}: {
  segment: SegmentDetail;
  /** Absent for members who may not. */
  recompute?: (input: { id: string }) => Promise<Result<null>>;
  onChanged: () => void;
}) {
  return (
    <div
      role="alert"
      className="flex flex-wrap items-start gap-3 rounded-md border border-destructive/40 bg-destructive-soft px-3 py-2.5 text-sm"
    >
      <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-destructive-text" />
      <div className="min-w-0 flex-1 basis-64">
        <p className="font-medium text-destructive-text">
          {formatCount(segment.checkDifference ?? 0)} of {formatCount(segment.checkSample ?? 0)} people compared differ from a fresh
          computation
        </p>
        <p>
          The background check{" "}
          {segment.checkedAt && (
            <>
              of <Time iso={segment.checkedAt} />{" "}
            </>
          )}
          found people who are in, or out, wrongly
          {segment.checkPeople.length > 0 && (
            <>
              , among them{" "}
              {segment.checkPeople.map((id, i) => (
                <Fragment key={id}>
                  {i > 0 && ", "}
                  <Link href={`/profiles/${id}`} className="underline underline-offset-2 hover:no-underline">
                    {id}
                  </Link>
                </Fragment>
              ))}
            </>
          )}
          . Recomputing puts the members right; the cause is a fault worth reporting.
        </p>
      </div>
      {recompute && <Recompute id={segment.id} recompute={recompute} onChanged={onChanged} />}
    </div>
  );
}

function Recompute({
  id,
  recompute,
  onChanged,
}: {
  id: string;
  recompute: (input: { id: string }) => Promise<Result<null>>;
  onChanged: () => void;
}) {
  const run = useAction(recompute, { success: "It is computed afresh in the background.", onSuccess: onChanged });
  return (
    <Button size="sm" variant="outline" pending={run.pending} onClick={() => void run.run({ id })}>
      Recompute
    </Button>
  );
}
