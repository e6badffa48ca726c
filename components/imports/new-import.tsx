"use client";

import { FileSpreadsheet, Upload as UploadIcon, X } from "lucide-react";
import { useRouter } from "next/navigation";
import { useEffect, useRef, useState, type DragEvent } from "react";
import { Button } from "@/components/ui/button";
import { Card, CardContent } from "@/components/ui/card";
import { cn } from "@/components/ui/cn";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import { Progress } from "@/components/ui/progress";
import type { Result } from "@/domain/kernel/model";
import { uploadImport, type Upload } from "./fetch-import";
import { bytesText, visible } from "./format";

type Call<I> = (input: I) => Promise<Result<{ id: string }>>;

export interface NewImportProps {
  sources: { id: string; name: string; type: string }[];
  initialSource: string | null;
  mayCreateSource: boolean;
  /** Bytes. */
  limit: number;
  createImport: Call<{ sourceId: string; fileName: string }>;
  createSource: Call<{ name: string }>;
  deleteImport: Call<{ id: string }>;
}

const NEW = "new";

export function NewImport({ sources, initialSource, mayCreateSource, limit, createImport, createSource, deleteImport }: NewImportProps) {
  const router = useRouter();
  const known = sources.find((source) => source.id === initialSource) ?? sources.find((source) => source.type === "csv") ?? sources[0];
  const [sourceId, setSourceId] = useState(known?.id ?? (mayCreateSource ? NEW : ""));
  const [name, setName] = useState(sources.length === 0 ? "CSV import" : "");
  const [file, setFile] = useState<File | null>(null);
  const [share, setShare] = useState<number | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [over, setOver] = useState(false);
  const picker = useRef<HTMLInputElement>(null);
  const upload = useRef<Upload | null>(null);
  const busy = share !== null;

  // Leaving the page ends the upload; the browser asks first.
  useEffect(() => {
    if (!busy) return;
    const warn = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [busy]);

  const choose = (chosen: File | undefined): void => {
    if (!chosen) return;
    setError(null);
    if (chosen.size > limit)
      setError(`The file is ${bytesText(chosen.size)}; the limit is ${bytesText(limit)}. Split it, or compress it as .csv.gz.`);
    else if (chosen.size === 0) setError("The file is empty.");
    else if (/\.(xlsx?|ods|numbers|pdf|json|zip)$/i.test(chosen.name))
      setError("This is not a CSV file. In your spreadsheet, choose “Save as” and then “CSV UTF-8”.");
    else {
      setFile(chosen);
      return;
    }
    setFile(null);
  };

  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    if (!busy) choose(event.dataTransfer.files[0]);
  };

  const start = async (): Promise<void> => {
    if (!file) {
      setError("Choose a file first.");
      picker.current?.focus();
      return;
    }
    setError(null);
    setShare(0);
    const id = await send(file);
    setShare(null);
    if (id) router.push(`/imports/${id}`);
  };

  const send = async (chosen: File): Promise<string | null> => {
    let source = sourceId;
    if (source === NEW) {
      const made = await createSource({ name });
      if (!made.ok) return refuse(made.error.message);
      source = made.data.id;
      setSourceId(source);
      router.refresh();
    }
    const created = await createImport({ sourceId: source, fileName: chosen.name });
    if (!created.ok) return refuse(created.error.message);
    upload.current = uploadImport(created.data.id, chosen, setShare);
    const sent = await upload.current.done;
    upload.current = null;
    if (sent.ok) return created.data.id;
    await deleteImport({ id: created.data.id });
    return refuse(sent.error.message);
  };

  const refuse = (message: string): null => {
    setError(message);
    return null;
  };

  return (
    <Card>
      <CardContent className="grid gap-5 pt-4">
        <div
          onDragOver={(event) => {
            event.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => setOver(false)}
          onDrop={drop}
          className={cn(
            "grid justify-items-center gap-1 rounded-lg border border-dashed border-border-strong px-6 py-10 text-center transition-colors",
            over && "border-primary bg-primary-soft",
          )}
        >
          <span className="mb-2 grid size-10 place-content-center rounded-lg border bg-card text-muted-foreground shadow-xs">
            <FileSpreadsheet aria-hidden className="size-5" />
          </span>
          {file ? (
            <>
              <p className="max-w-full truncate font-medium">
                <bdi>{visible(file.name)}</bdi>
              </p>
              <p className="text-sm text-muted-foreground tabular-nums">{bytesText(file.size)}</p>
            </>
          ) : (
            <>
              <p className="font-medium">Drop a CSV file here</p>
              <p className="text-sm text-muted-foreground">
                Comma, semicolon, tab or bar; any encoding; .csv.gz too; up to {bytesText(limit)}
              </p>
            </>
          )}
          <input
            ref={picker}
            type="file"
            aria-label="CSV file"
            accept=".csv,.tsv,.txt,.gz,text/csv,text/tab-separated-values,application/gzip"
            className="sr-only"
            tabIndex={-1}
            disabled={busy}
            onChange={(event) => {
              choose(event.target.files?.[0]);
              event.target.value = "";
            }}
          />
          {busy ? null : (
            <Button variant="outline" className="mt-3" onClick={() => picker.current?.click()}>
              {file ? "Choose another file" : "Choose a file"}
            </Button>
          )}
          {busy ? (
            <div className="mt-4 grid w-full max-w-md gap-2">
              <Progress value={Math.round(share * 100)} aria-label="Upload" />
              <div className="flex items-center justify-between text-xs text-muted-foreground tabular-nums">
                <span role="status">{share < 1 ? `Uploading: ${Math.floor(share * 100)} %` : "Looking at the file…"}</span>
                {share < 1 ? (
                  <Button variant="ghost" size="sm" onClick={() => upload.current?.abort()}>
                    <X aria-hidden /> Stop
                  </Button>
                ) : null}
              </div>
            </div>
          ) : null}
        </div>
        {error ? (
          <p role="alert" className="rounded-md border border-transparent bg-destructive-soft px-3 py-2 text-sm text-destructive-text">
            {error}
          </p>
        ) : null}
        <div className="grid items-start gap-4 sm:grid-cols-2">
          <Field label="Source" hint="Where these rows come from. Import a file again under the same source, and nothing is doubled.">
            <NativeSelect value={sourceId} disabled={busy} onChange={(event) => setSourceId(event.target.value)}>
              {sources.map((source) => (
                <option key={source.id} value={source.id}>
                  {source.name}
                </option>
              ))}
              {mayCreateSource ? <option value={NEW}>New source…</option> : null}
              {!mayCreateSource && sources.length === 0 ? <option value="">No source: ask an admin to create one</option> : null}
            </NativeSelect>
          </Field>
          {sourceId === NEW ? (
            <Field label="Name of the new source">
              <Input
                value={name}
                maxLength={80}
                placeholder="Shop export"
                disabled={busy}
                onChange={(event) => setName(event.target.value)}
              />
            </Field>
          ) : null}
        </div>
        <div className="flex justify-end">
          <Button pending={busy} disabled={sourceId === "" || (sourceId === NEW && name.trim() === "")} onClick={() => void start()}>
            <UploadIcon aria-hidden /> Upload and look
          </Button>
        </div>
      </CardContent>
    </Card>
  );
}
