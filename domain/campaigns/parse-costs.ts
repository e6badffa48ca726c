/** One line of a cost report. Empty text: the report does not say. */
export interface CostLine {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  readonly campaign: string;
  readonly campaignRef: string;
  readonly adSet: string;
  readonly ad: string;
  readonly keyword: string;
  readonly amount: number;
  readonly currency: string;
  readonly impressions: number;
  readonly clicks: number;
  /** Of campaigns that are made by the import. */
  readonly channel: string;
  readonly source: string;
  readonly medium: string;
}

interface Preset {
  readonly name: string;
  readonly source: string;
  readonly medium: string;
  readonly channel: string;
  /** A column that only this platform's reports have. */
  readonly tell: readonly string[];
}

/** Told by columns that only one platform names so; anything else with a day, a campaign and a cost is "generic". */
const PRESETS: readonly Preset[] = [
  {
    name: "meta",
    source: "facebook",
    medium: "paid_social",
    channel: "Paid social",
    tell: ["amount spent", "ad set name", "reporting starts"],
  },
  {
    name: "tiktok",
    source: "tiktok",
    medium: "paid_social",
    channel: "Paid social",
    tell: ["ad group name", "cost per 1,000 people reached"],
  },
  {
    name: "linkedin",
    source: "linkedin",
    medium: "paid_social",
    channel: "Paid social",
    tell: ["start date (in utc)", "total spent", "campaign group name"],
  },
  { name: "microsoft", source: "bing", medium: "cpc", channel: "Paid search", tell: ["gregorian date", "spend", "account number"] },
  {
    name: "google",
    source: "google",
    medium: "cpc",
    channel: "Paid search",
    tell: ["ad group", "avg. cpc", "impr.", "search impr. share", "currency code"],
  },
];

/** Names that reports give our columns, most telling first; compared in lower case without what stands in brackets. */
const COLUMNS = {
  day: ["day", "date", "reporting starts", "start date", "gregorian date", "time period", "by day"],
  campaign: ["campaign", "campaign name", "campaign group name"],
  campaignRef: ["campaign id"],
  adSet: ["ad set name", "ad group", "ad group name", "ad set", "adset", "adset name"],
  ad: ["ad name", "ad", "creative name", "ad id"],
  keyword: ["keyword", "search keyword", "keyword text"],
  amount: ["cost", "amount spent", "spend", "total spent", "total cost", "amount"],
  currency: ["currency", "currency code"],
  impressions: ["impressions", "impr."],
  clicks: ["clicks", "link clicks", "clicks (all)"],
} as const;
type Column = keyof typeof COLUMNS;

export interface ParsedCosts {
  readonly preset: string;
  readonly lines: CostLine[];
  readonly rejected: { row: number; reason: string }[];
}

/** Reads a report's text: comma, semicolon or tab; quoted cells; titles above the header and totals below are passed over. */
export function parseCosts(text: string, currency: string): ParsedCosts {
  const rows = cellsOf(text.replace(/^\uFEFF/u, ""));
  const at = rows.findIndex((row) => {
    const found = columnsOf(row);
    return found.day !== undefined && found.amount !== undefined && (found.campaign !== undefined || found.campaignRef !== undefined);
  });
  const header = rows[at];
  if (header === undefined) {
    return { preset: "generic", lines: [], rejected: [{ row: 1, reason: "a column for the day, the campaign and the cost is needed" }] };
  }
  const columns = columnsOf(header);
  const names = header.map((name) => name.trim().toLowerCase());
  const scored = PRESETS.map((preset) => ({
    preset,
    score: preset.tell.filter((tell) => names.some((name) => name === tell || name.startsWith(`${tell} (`))).length,
  })).toSorted((a, b) => b.score - a.score);
  const preset = (scored[0]?.score ?? 0) >= 2 ? scored[0]?.preset : undefined;
  // "Amount spent (EUR)": the currency stands in the header.
  const named = /\(([A-Z]{3})\)/u.exec(header[columns.amount ?? -1] ?? "")?.[1];
  const lines: CostLine[] = [];
  const rejected: { row: number; reason: string }[] = [];
  rows.slice(at + 1).forEach((row, i) => {
    const cell = (column: Column): string => (row[columns[column] ?? -1] ?? "").trim();
    if (row.every((value) => value.trim() === "") || /^(?:total|grand total|summe|gesamt)\b/iu.test(row[0]?.trim() ?? "")) return;
    const day = dayOf(cell("day"));
    const amount = numberOf(cell("amount"));
    const campaign = cell("campaign").slice(0, 200);
    const reason =
      day === null
        ? `"${cell("day").slice(0, 30)}" is no day`
        : amount === null
          ? `"${cell("amount").slice(0, 30)}" is no amount`
          : amount < 0
            ? "the amount is below 0"
            : campaign === "" && cell("campaignRef") === ""
              ? "the campaign is missing"
              : null;
    if (reason !== null || day === null || amount === null) {
      rejected.push({ row: at + 2 + i, reason: reason ?? "" });
      return;
    }
    lines.push({
      day,
      campaign,
      campaignRef: cell("campaignRef").slice(0, 100),
      adSet: cell("adSet").slice(0, 200),
      ad: cell("ad").slice(0, 200),
      keyword: cell("keyword").slice(0, 200),
      amount,
      currency: /^[A-Za-z]{3}$/u.test(cell("currency")) ? cell("currency").toUpperCase() : (named ?? currency),
      impressions: Math.round(numberOf(cell("impressions")) ?? 0),
      clicks: Math.round(numberOf(cell("clicks")) ?? 0),
      channel: preset?.channel ?? "Unassigned",
      source: preset?.source ?? "",
      medium: preset?.medium ?? "",
    });
  });
  return { preset: preset?.name ?? "generic", lines, rejected };
}

function columnsOf(header: readonly string[]): Partial<Record<Column, number>> {
  const names = header.map((name) => name.trim().toLowerCase());
  const bare = names.map((name) => name.replace(/\s*\([^)]*\)$/u, ""));
  const found: Partial<Record<Column, number>> = {};
  for (const [column, wanted] of Object.entries(COLUMNS) as [Column, readonly string[]][]) {
    const at = wanted.flatMap((name) => [names.indexOf(name), bare.indexOf(name)]).find((i) => i >= 0);
    if (at !== undefined) found[column] = at;
  }
  return found;
}

/** 2026-05-31, 20260531, 31.05.2026 and 5/31/2026 (month first, unless the first number is above 12). */
function dayOf(text: string): string | null {
  const iso = /^(\d{4})-?(\d{2})-?(\d{2})(?:[T ].*)?$/u.exec(text);
  if (iso) return valid(Number(iso[1]), Number(iso[2]), Number(iso[3]));
  const dotted = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/u.exec(text);
  if (dotted) return valid(Number(dotted[3]), Number(dotted[2]), Number(dotted[1]));
  const slashed = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/u.exec(text);
  if (!slashed) return null;
  const [first, second] = [Number(slashed[1]), Number(slashed[2])];
  return first > 12 ? valid(Number(slashed[3]), second, first) : valid(Number(slashed[3]), first, second);
}

function valid(year: number, month: number, day: number): string | null {
  const at = new Date(Date.UTC(year, month - 1, day));
  return at.getUTCMonth() === month - 1 && at.getUTCDate() === day && year > 1990 && year < 2200 ? at.toISOString().slice(0, 10) : null;
}

/** 1,234.50, 1.234,50, 1234.5, "€ 12". Two figures behind the last mark are cents; a single mark before three figures groups thousands. */
export function numberOf(text: string): number | null {
  const bare = text.replaceAll(/[^\d.,-]/gu, "");
  if (!/\d/u.test(bare)) return null;
  const last = Math.max(bare.lastIndexOf("."), bare.lastIndexOf(","));
  const mark = bare[last];
  const grouped =
    last >= 0 && bare.length - last - 1 === 3 && (bare.split(mark ?? "").length > 2 || !bare.includes(mark === "." ? "," : "."));
  // One mark before three figures is read as a group where it is a comma ("1,234"), as a fraction where it is a point ("0.125").
  const decimal = last >= 0 && !(grouped && (mark === "," || bare.split(".").length > 2)) ? mark : undefined;
  const whole =
    decimal === undefined ? bare.replaceAll(/[.,]/gu, "") : `${bare.slice(0, last).replaceAll(/[.,]/gu, "")}.${bare.slice(last + 1)}`;
  const value = Number(whole);
  return Number.isFinite(value) ? value : null;
}

/** Cells of a text with the delimiter that its first lines have most of. Quotes as in RFC 4180. */
function cellsOf(text: string): string[][] {
  const head = text.slice(0, 5_000);
  const delimiter = [",", ";", "\t"].toSorted((a, b) => head.split(b).length - head.split(a).length)[0] ?? ",";
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i] ?? "";
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[i + 1] === '"') {
        cell += '"';
        i++;
      } else quoted = false;
    } else if (c === '"' && cell === "") quoted = true;
    else if (c === delimiter) {
      row.push(cell);
      cell = "";
    } else if (c === "\n") {
      row.push(cell.replace(/\r$/u, ""));
      rows.push(row);
      row = [];
      cell = "";
    } else cell += c;
  }
  if (cell !== "" || row.length > 0) rows.push([...row, cell.replace(/\r$/u, "")]);
  return rows;
}
