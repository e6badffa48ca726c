"use client";

import { Coins, Download, Trash2, Upload } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { formText } from "@/components/layout/form-text";
import { useAction } from "@/components/layout/use-action";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { Empty } from "@/components/ui/empty";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import type { ExchangeRates as Rates } from "@/domain/access/model";
import type { Result } from "@/domain/kernel/model";
import { Section } from "./section";

export interface RateChanges {
  set(input: { currency: string; day: string; rate: string }): Promise<Result<{ currency: string; day: string; rate: string }>>;
  remove(input: { currency: string; day: string }): Promise<Result<null>>;
  load(input: { text: string; quote: "into" | "from" }): Promise<Result<{ rates: number; currencies: number; skipped: string[] }>>;
}

export interface ExchangeRatesProps {
  rates: Rates;
  /** The currency that the list is narrowed to. */
  only: string | null;
  today: string;
  currencies: readonly { code: string; label: string }[];
  /** Null for whoever may only read. */
  changes: RateChanges | null;
}

/** `0.925100000000` as `0.9251`. */
const short = (rate: string): string => (rate.includes(".") ? rate.replace(/\.?0+$/, "") : rate);

export function ExchangeRates({ rates, only, today, currencies, changes }: ExchangeRatesProps) {
  const { base } = rates;
  return (
    <>
      {changes ? (
        <>
          <Section title="Set a rate" description="It holds from its day until the next one; the first one also for the time before.">
            <SetRate base={base} today={today} currencies={currencies} set={changes.set} />
          </Section>
          <Section
            title="Import rates"
            description="A CSV with the columns day, currency and rate; or with a date and one column per currency, as central banks publish theirs."
          >
            <ImportRates base={base} load={changes.load} />
          </Section>
        </>
      ) : null}
      <Section title="Rates" description={`1 unit in ${base}.`}>
        {rates.currencies.length === 0 ? (
          <Empty
            icon={Coins}
            title="No rates yet"
            description={`Amounts in other currencies than ${base} are shown beside each other until you enter what they are worth.`}
          />
        ) : (
          <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
            <nav aria-label="Currencies" className="flex flex-wrap gap-1.5">
              <Choice href="/settings/currencies" current={only === null} label="All" />
              {rates.currencies.map((one) => (
                <Choice
                  key={one.currency}
                  href={`/settings/currencies?currency=${one.currency}`}
                  current={only === one.currency}
                  label={`${one.currency} ${short(one.rate)}`}
                  hint={`Since ${one.day}; ${one.days} ${one.days === 1 ? "rate" : "rates"} from ${one.since} on`}
                />
              ))}
            </nav>
            <RateTable rows={rates.rows} remove={changes?.remove ?? null} />
            <Button variant="outline" className="justify-self-start" asChild>
              <a href="/api/settings/exchange-rates" download>
                <Download aria-hidden />
                Export as CSV
              </a>
            </Button>
          </div>
        )}
      </Section>
    </>
  );
}

function Choice({ href, current, label, hint }: { href: string; current: boolean; label: string; hint?: string }) {
  return (
    <Link
      href={href}
      prefetch={false}
      {...(hint === undefined ? {} : { title: hint })}
      {...(current ? { "aria-current": "true" as const } : {})}
      className={cn(
        "inline-flex h-7 items-center rounded-full border px-3 text-sm tabular-nums hover:bg-accent",
        current && "border-primary bg-accent font-medium",
      )}
    >
      {label}
    </Link>
  );
}

function SetRate({
  base,
  today,
  currencies,
  set,
}: {
  base: string;
  today: string;
  currencies: ExchangeRatesProps["currencies"];
  set: RateChanges["set"];
}) {
  const router = useRouter();
  const [rate, setRate] = useState("");
  const { run, pending, fields } = useAction(set, {
    inline: true,
    success: (given) => `1 ${given.currency} = ${short(given.rate)} ${base} since ${given.day}`,
    onSuccess: () => {
      setRate("");
      router.refresh();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    const text = (name: string): string => formText(form, name);
    void run({ currency: text("currency"), day: text("day"), rate: rate.trim().replace(",", ".") });
  };
  return (
    <form className="grid items-start gap-4 sm:grid-cols-[minmax(0,2fr)_minmax(0,1fr)_minmax(0,1fr)_auto]" onSubmit={submit}>
      <Field label="Currency" error={fields["currency"]}>
        <NativeSelect name="currency" defaultValue={currencies.some(({ code }) => code === "USD") ? "USD" : currencies[0]?.code}>
          {currencies.map(({ code, label }) => (
            <option key={code} value={code}>
              {code}, {label}
            </option>
          ))}
        </NativeSelect>
      </Field>
      <Field label="From day" error={fields["day"]}>
        <Input name="day" type="date" defaultValue={today} required />
      </Field>
      <Field label={`1 unit in ${base}`} error={fields["rate"]}>
        <Input inputMode="decimal" placeholder="0.9251" value={rate} required onChange={(event) => setRate(event.target.value)} />
      </Field>
      <Button type="submit" pending={pending} className="sm:mt-[1.625rem]">
        Set rate
      </Button>
    </form>
  );
}

function ImportRates({ base, load }: { base: string; load: RateChanges["load"] }) {
  const router = useRouter();
  const [file, setFile] = useState<File | null>(null);
  const [quote, setQuote] = useState<"into" | "from">("into");
  const { run, pending, fields, clear } = useAction(load, {
    inline: true,
    success: ({ rates, currencies, skipped }) =>
      `${rates} ${rates === 1 ? "rate" : "rates"} of ${currencies} ${currencies === 1 ? "currency" : "currencies"} imported${
        skipped.length === 0 ? "" : `; unknown and left out: ${skipped.join(", ")}`
      }`,
    onSuccess: () => router.refresh(),
  });
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    if (file) await run({ text: await file.text(), quote });
  };
  return (
    <form className="grid items-start gap-4 sm:grid-cols-[minmax(0,2fr)_minmax(0,2fr)_auto]" onSubmit={(event) => void submit(event)}>
      <Field label="File" hint="Up to 900 kB." error={fields["text"]}>
        <Input
          type="file"
          accept=".csv,text/csv,text/plain"
          required
          onChange={(event) => {
            clear();
            setFile(event.target.files?.[0] ?? null);
          }}
        />
      </Field>
      <Field label="What the numbers mean">
        <NativeSelect value={quote} onChange={(event) => setQuote(event.target.value as "into" | "from")}>
          <option value="into">1 USD = 0.92 {base}</option>
          <option value="from">1 {base} = 1.09 USD (central banks)</option>
        </NativeSelect>
      </Field>
      <Button type="submit" variant="outline" pending={pending} disabled={file === null} className="sm:mt-[1.625rem]">
        <Upload aria-hidden />
        Import rates
      </Button>
    </form>
  );
}

function RateTable({ rows, remove }: { rows: Rates["rows"]; remove: RateChanges["remove"] | null }) {
  const router = useRouter();
  const { run, pending } = useAction(remove ?? (() => Promise.reject(new Error("not allowed"))), {
    success: "Rate removed",
    onSuccess: () => router.refresh(),
  });
  return (
    <>
      <Table aria-label="Rates">
        <TableHeader>
          <TableRow>
            <TableHead>From day</TableHead>
            <TableHead>Currency</TableHead>
            <TableHead className="text-right">Rate</TableHead>
            <TableHead>Entered</TableHead>
            {remove ? <TableHead className="text-right">Remove</TableHead> : null}
          </TableRow>
        </TableHeader>
        <TableBody>
          {rows.map((row) => (
            <TableRow key={`${row.currency} ${row.day}`}>
              <TableCell className="whitespace-nowrap tabular-nums">{row.day}</TableCell>
              <TableCell>{row.currency}</TableCell>
              <TableCell className="text-right tabular-nums">{short(row.rate)}</TableCell>
              <TableCell className="whitespace-nowrap text-muted-foreground">
                {row.updatedAt.slice(0, 10)}
                {row.updatedBy === null ? "" : ` by ${row.updatedBy}`}
              </TableCell>
              {remove ? (
                <TableCell className="text-right">
                  <Button
                    variant="ghost"
                    size="icon-sm"
                    disabled={pending}
                    aria-label={`Remove the rate of ${row.currency} from ${row.day}`}
                    onClick={() => void run({ currency: row.currency, day: row.day })}
                  >
                    <Trash2 aria-hidden />
                  </Button>
                </TableCell>
              ) : null}
            </TableRow>
          ))}
        </TableBody>
      </Table>
      {rows.length === 200 ? <p className="text-xs text-muted-foreground">The newest 200 are listed. The export has all.</p> : null}
    </>
  );
}
