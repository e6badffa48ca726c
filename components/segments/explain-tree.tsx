import { Check, Minus, X } from "lucide-react";
import Link from "next/link";
import { formatCount } from "@/components/charts";
import { Badge } from "@/components/ui/badge";
import { cn } from "@/components/ui/cn";
import type { SegmentPerson } from "@/domain/segments/contracts";
import type { Evidence, Explained } from "@/domain/segments/contracts";
import type { Rule, RuleNode } from "@/domain/segments/model";
import { findNode } from "./builder-state";
import { shortWords } from "./sentence";

/** Why somebody is in or out: the rule ticked off, with the rows that decided it. */
export function ExplainTree({ rule, explained, names }: { rule: Rule; explained: Explained; names: Readonly<Record<string, string>> }) {
  return (
    <ul className="grid gap-1 text-sm">
      {(explained.children ?? []).length === 0 && <li className="text-muted-foreground">The rule has no condition: everybody is in.</li>}
      {explained.children?.map((child) => (
        <ExplainNode key={child.id} root={rule.root} explained={child} names={names} />
      ))}
    </ul>
  );
}

function ExplainNode({ root, explained, names }: { root: RuleNode; explained: Explained; names: Readonly<Record<string, string>> }) {
  const node = findNode(root, explained.id);
  if (!node) return null;
  const Icon = explained.muted ? Minus : explained.met ? Check : X;
  const words = node.kind === "group" ? `${node.negate ? "not " : ""}${node.match} of these` : shortWords(node, names, 160);
  return (
    <li className={cn(!explained.decisive && "text-muted-foreground")}>
      <div className="flex items-start gap-1.5">
        <Icon
          aria-hidden
          className={cn(
            "mt-0.5 size-4 shrink-0",
            explained.muted ? "text-muted-foreground" : explained.met ? "text-success-text" : "text-destructive-text",
          )}
        />
        <span className="sr-only">{explained.muted ? "Muted:" : explained.met ? "Met:" : "Not met:"}</span>
        <span className="min-w-0 break-words">
          {words}
          {explained.decisive && node.kind !== "group" && (
            <Badge variant="primary" className="ml-1.5">
              decides
            </Badge>
          )}
          {explained.evidence && <EvidenceText evidence={explained.evidence} />}
        </span>
      </div>
      {explained.children && explained.children.length > 0 && (
        <ul className="mt-1 ml-2 grid gap-1 border-l pl-3">
          {explained.children.map((child) => (
            <ExplainNode key={child.id} root={root} explained={child} names={names} />
          ))}
        </ul>
      )}
    </li>
  );
}

const minute = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });
const shown = (value: unknown): string => (typeof value === "string" ? `“${value}”` : (JSON.stringify(value) ?? "nothing"));

function EvidenceText({ evidence }: { evidence: Evidence }) {
  const parts: string[] = [];
  if (evidence.state) parts.push(evidence.state);
  if ("number" in evidence)
    parts.push(evidence.number === undefined ? "no number" : `found ${Number(evidence.number.toFixed(2)).toLocaleString("en-GB")}`);
  if ("value" in evidence)
    parts.push(evidence.value === undefined || evidence.value === null ? "no value" : `value ${shown(evidence.value)}`);
  const { events = [], eventsTotal = 0 } = evidence;
  return (
    <span className="block text-xs text-muted-foreground">
      {parts.join(" · ")}
      {events.map((event) => (
        <span key={event.id} className="block">
          {event.name}, {minute.format(event.at)} UTC
        </span>
      ))}
      {eventsTotal > events.length && <span className="block">and {formatCount(eventsTotal - events.length)} more</span>}
    </span>
  );
}

export const nameOf = (person: SegmentPerson): string =>
  person.name ?? person.email ?? (person.known ? `Person ${person.profileId}` : `Visitor ${person.profileId}`);

export function PersonLink({ person }: { person: SegmentPerson }) {
  return (
    <Link href={`/profiles/${person.profileId}`} className="font-medium hover:underline">
      {nameOf(person)}
    </Link>
  );
}
