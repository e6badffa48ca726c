import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { PageHeader } from "@/components/layout/page-header";
import { ExchangeRates } from "@/components/settings/exchange-rates";
import { can, listExchangeRates } from "@/domain/access";
import { deleteRateAction, importRatesAction, setRateAction } from "./actions";

export const metadata: Metadata = { title: "Currencies" };

interface Props {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export default async function CurrenciesPage({ searchParams }: Props) {
  const ctx = await requireUser("settings:read");
  const { currency } = await searchParams;
  const known = Intl.supportedValuesOf("currency");
  const only = typeof currency === "string" && known.includes(currency) ? currency : null;
  const rates = await listExchangeRates(ctx, { currency: only });
  const names = new Intl.DisplayNames("en", { type: "currency" });
  return (
    <>
      <PageHeader
        title="Currencies"
        description={`What other currencies are worth in ${rates.base}, the company's own. Amounts are converted at the rate of the day on which they arose.`}
      />
      <ExchangeRates
        rates={rates}
        only={only}
        today={ctx.clock.now().toISOString().slice(0, 10)}
        currencies={known.filter((code) => code !== rates.base).map((code) => ({ code, label: names.of(code) ?? code }))}
        changes={can(ctx, "settings:write") ? { set: setRateAction, remove: deleteRateAction, load: importRatesAction } : null}
      />
    </>
  );
}
