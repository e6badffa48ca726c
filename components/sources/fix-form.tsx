"use client";

import { Plus, Trash2 } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";

/** One line of a mapping: a field gets a text, gets what stands in another field, or goes. Paths are dotted. */
export interface FixLine {
  field: string;
  op: "set" | "copy" | "drop";
  text: string;
}

/** The rules as the verb takes them (domain/events/mapping-rules.ts). */
export type FixRule =
  | { op: "set"; field: string; value: string }
  | { op: "copy"; from: string; to: string }
  | { op: "drop"; field: string };

/** Lines without a field are not filled in yet and say nothing. */
export function rulesOf(lines: readonly FixLine[]): FixRule[] {
  return lines
    .map((line) => ({ ...line, field: line.field.trim() }))
    .filter((line) => line.field !== "")
    .map(({ field, op, text }) =>
      op === "set" ? { op, field, value: text } : op === "copy" ? { op, from: text.trim(), to: field } : { op, field },
    );
}

interface Props {
  lines: readonly FixLine[];
  onChange: (lines: FixLine[]) => void;
}

/** The mapping rule that mends messages before they are judged again. */
export function FixForm({ lines, onChange }: Props) {
  const set = (at: number, change: Partial<FixLine>) =>
    onChange(lines.map((line, index) => (index === at ? { ...line, ...change } : line)));
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1.5 text-sm font-medium">Mend first</legend>
      {lines.map((line, index) => (
        // Lines have no id of their own; they are only added at the end and taken out one by one.
        // oxlint-disable-next-line react/no-array-index-key -- the place is what tells them apart
        <div key={index} className="grid grid-cols-[1fr_auto] gap-2 sm:grid-cols-[1fr_9.5rem_1fr_auto]">
          <Input
            aria-label={`Field ${index + 1}`}
            placeholder="userId"
            className="font-mono"
            value={line.field}
            onChange={(event) => set(index, { field: event.target.value })}
          />
          <div className="max-sm:order-last">
            <NativeSelect
              aria-label={`How field ${index + 1} is set`}
              value={line.op}
              onChange={(event) => set(index, { op: event.target.value as FixLine["op"] })}
            >
              <option value="set">becomes the text</option>
              <option value="copy">is taken from</option>
              <option value="drop">is removed</option>
            </NativeSelect>
          </div>
          <Input
            disabled={line.op === "drop"}
            aria-label={line.op !== "copy" ? `Text of field ${index + 1}` : `Field that field ${index + 1} is taken from`}
            placeholder={line.op === "drop" ? "" : line.op === "set" ? "Product Viewed" : "properties.customer_id"}
            className={line.op === "copy" ? "font-mono max-sm:order-last" : "max-sm:order-last"}
            value={line.text}
            onChange={(event) => set(index, { text: event.target.value })}
          />
          <Button
            variant="ghost"
            size="icon"
            aria-label={`Take line ${index + 1} out`}
            onClick={() => onChange(lines.filter((_, at) => at !== index))}
          >
            <Trash2 aria-hidden />
          </Button>
        </div>
      ))}
      <div>
        <Button variant="outline" size="sm" onClick={() => onChange([...lines, { field: "", op: "set", text: "" }])}>
          <Plus aria-hidden />
          Add a rule
        </Button>
      </div>
    </fieldset>
  );
}
