"use client";

import { Plus, Trash2 } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";

/** One line of a mapping: a field gets a fixed text, or what stands in another field. Paths are dotted. */
export interface FixLine {
  field: string;
  from: "value" | "field";
  text: string;
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
        // oxlint-disable-next-line react/no-array-index-key
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
              value={line.from}
              onChange={(event) => set(index, { from: event.target.value as FixLine["from"] })}
            >
              <option value="value">becomes the text</option>
              <option value="field">is taken from</option>
            </NativeSelect>
          </div>
          <Input
            aria-label={line.from === "value" ? `Text of field ${index + 1}` : `Field that field ${index + 1} is taken from`}
            placeholder={line.from === "value" ? "Product Viewed" : "properties.customer_id"}
            className={line.from === "field" ? "font-mono max-sm:order-last" : "max-sm:order-last"}
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
        <Button variant="outline" size="sm" onClick={() => onChange([...lines, { field: "", from: "value", text: "" }])}>
          <Plus aria-hidden />
          Add a rule
        </Button>
      </div>
    </fieldset>
  );
}
