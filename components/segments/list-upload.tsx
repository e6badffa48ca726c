"use client";

import { Upload } from "lucide-react";
import { useRef, useState } from "react";
import { formatCount } from "@/components/charts";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import type { Result } from "@/domain/kernel/model";
import type { ListUpload as Done, ListUploadMode } from "@/domain/segments/contracts";

export const MODE_WORDS: Record<ListUploadMode, string> = {
  add: "Add to the list",
  replace: "Make them the whole list",
  remove: "Take off the list",
};
const LIMIT_MB = 50;

async function send(id: string, file: File, mode: ListUploadMode, type: string): Promise<Result<Done>> {
  const params = new URLSearchParams({ id, mode, fileName: file.name, ...(type ? { type } : {}) });
  try {
    const answer = await fetch(`/api/lists/upload?${params}`, {
      method: "POST",
      headers: { "content-type": "application/octet-stream", accept: "application/json" },
      body: file,
    });
    return (await answer.json()) as Result<Done>;
  } catch {
    return { ok: false, error: { code: "INTERNAL", message: "The upload did not get through. Check the connection, then try again." } };
  }
}

/** Chooses a file of identifiers and says what came of it. */
export function ListUpload({ id, types, onDone }: { id: string; types: readonly string[]; onDone: () => void }) {
  const [file, setFile] = useState<File | null>(null);
  const [mode, setMode] = useState<ListUploadMode>("add");
  const [type, setType] = useState("");
  const [state, setState] = useState<{ pending?: boolean; error?: string; done?: Done }>({});
  const picker = useRef<HTMLInputElement>(null);
  const run = async () => {
    if (!file) {
      setState({ error: "Choose a CSV file first." });
      picker.current?.focus();
      return;
    }
    if (file.size > LIMIT_MB * 1_048_576) {
      setState({ error: `The file has more than ${LIMIT_MB} MB. Split it, and add the parts one after the other.` });
      return;
    }
    setState({ pending: true });
    const result = await send(id, file, mode, type);
    if (!result.ok) {
      setState({ error: result.error.message });
      return;
    }
    setState({ done: result.data });
    setFile(null);
    if (picker.current) picker.current.value = "";
    onDone();
  };
  return (
    <form
      className="grid gap-4 rounded-lg border bg-card p-4"
      noValidate
      aria-label="Upload identifiers"
      onSubmit={(event) => {
        event.preventDefault();
        void run();
      }}
    >
      <Field
        label="CSV file"
        hint={`A column headed email, phone, user_id or another type of identifier; up to ${LIMIT_MB} MB and 1,000,000 rows. The identifiers are compared and not kept.`}
        error={state.error}
      >
        <Input ref={picker} type="file" accept=".csv,.txt,.tsv,text/csv" onChange={(event) => setFile(event.target.files?.[0] ?? null)} />
      </Field>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Identifiers">
          <NativeSelect value={type} onChange={(event) => setType(event.target.value)}>
            <option value="">By the header of the file</option>
            {[...types, "profile_id"].map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </NativeSelect>
        </Field>
        <Field label="What to do">
          <NativeSelect value={mode} onChange={(event) => setMode(event.target.value as ListUploadMode)}>
            {Object.entries(MODE_WORDS).map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </NativeSelect>
        </Field>
      </div>
      <div className="flex flex-wrap items-center gap-3">
        <Button type="submit" pending={state.pending ?? false}>
          <Upload aria-hidden />
          Upload identifiers
        </Button>
        <p role="status" className="text-sm">
          {state.done && <Outcome done={state.done} />}
        </p>
      </div>
    </form>
  );
}

function Outcome({ done }: { done: Done }) {
  const missed = done.unmatched + done.invalid;
  return (
    <>
      <strong className="font-medium">
        {formatCount(done.matched)} of {formatCount(done.rows)} rows name somebody
      </strong>
      {missed > 0 && `, ${formatCount(missed)} do not`}. {formatCount(done.changed)} {done.changed === 1 ? "person" : "people"}{" "}
      {done.mode === "add" ? "came onto the list" : done.mode === "remove" ? "went off the list" : "came or went"}
      {done.size === undefined ? "." : `; it has ${formatCount(done.size)} now.`}
    </>
  );
}
