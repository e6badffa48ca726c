"use client";

import { Time } from "@/components/layout/time";
import { Badge } from "@/components/ui/badge";
import type { SegmentDetail } from "@/domain/segments/contracts";
import { diffRules } from "@/domain/segments/diff-rules";
import type { Rule } from "@/domain/segments/model";
import { Sentence, sentenceOf } from "./sentence";

export function Versions({ segment }: { segment: SegmentDetail }) {
  const { names } = segment;
  return (
    <ol className="grid gap-3">
      {segment.versions.map((version, i) => (
        <li key={version.version} className="rounded-lg border bg-card px-4 py-3">
          <p className="flex flex-wrap items-center gap-x-2 text-sm">
            <span className="font-medium">Version {version.version}</span>
            {version.version === segment.version && <Badge variant="primary">in force</Badge>}
            <span className="text-muted-foreground">
              {version.createdByName ?? "the system"}, <Time iso={version.createdAt} />
            </span>
          </p>
          {version.note && <p className="mt-1 text-sm">{version.note}</p>}
          <Sentence phrases={sentenceOf(version.rule, names)} className="mt-1 text-sm text-muted-foreground" />
          <Difference before={segment.versions[i + 1]?.rule} after={version.rule} names={names} />
        </li>
      ))}
    </ol>
  );
}

/** What a version changed against the one before it, in words. */
function Difference({ before, after, names }: { before: Rule | undefined; after: Rule; names: Record<string, string> }) {
  const differences = before ? diffRules(before, after, { names }) : [];
  if (differences.length === 0) return null;
  return (
    <ul aria-label="What changed" className="mt-2 grid gap-0.5 border-l-2 pl-3 text-sm">
      {differences.map((one) => (
        <li key={`${one.kind}${one.nodeId}`}>{one.text}</li>
      ))}
    </ul>
  );
}
