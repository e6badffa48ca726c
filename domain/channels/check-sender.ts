import { z } from "zod";
import { requirePermission } from "@/domain/access";
import type { Ctx } from "@/domain/kernel/context";
import { DomainError, notFound } from "@/domain/kernel/errors";
import { OutgoingError, textRecords } from "@/domain/kernel/outgoing";
import type { TextRecords } from "@/domain/kernel/outgoing";
import { parseInput } from "@/domain/kernel/parse";
import type { ProviderId, SenderCheck } from "./model";
import { PROVIDERS } from "./model";

type Check = SenderCheck["checks"][number];

/** What a domain's SPF record names where mail leaves by the provider, and the selectors that it usually signs with. */
const USUAL: Partial<Record<ProviderId, { include?: string; selectors: readonly string[] }>> = {
  ses: { include: "amazonses.com", selectors: [] },
  sendgrid: { include: "sendgrid.net", selectors: ["s1", "s2"] },
  mailgun: { include: "mailgun.org", selectors: ["k1", "mailo", "smtp", "pic"] },
  resend: { selectors: ["resend"] },
  postmark: { include: "spf.mtasv.net", selectors: ["pm"] },
};

/** Looks the sender's domain up in the DNS: SPF (RFC 7208), DKIM (RFC 6376) and DMARC (RFC 7489). */
export async function checkSender(ctx: Ctx, input: unknown, records: TextRecords = textRecords): Promise<SenderCheck> {
  requirePermission(ctx, "channels:write");
  const { id } = parseInput(z.strictObject({ id: z.string().max(40) }), input);
  const [account] = await ctx.sql<{ provider: ProviderId; settings: Record<string, string> }[]>`
    select provider, settings from channel_accounts where id = ${id} and archived_at is null`;
  if (!account) throw notFound("The account");
  if (PROVIDERS[account.provider].channel !== "email")
    throw new DomainError("PRECONDITION_FAILED", "Only senders of e-mail have records in the DNS.");
  const domain = (account.settings["from"] ?? "").split("@").at(-1)?.toLowerCase() ?? "";
  const checks = await Promise.all([spf(records, domain, account.provider), ...dkimOf(records, domain, account), dmarc(records, domain)]);
  return { domain, checks: foldDkim(checks), asOf: ctx.clock.now().toISOString() };
}

async function ask(
  records: TextRecords,
  name: string,
  kind: Check["kind"],
  judge: (found: string[]) => Omit<Check, "kind" | "name">,
): Promise<Check> {
  try {
    return { kind, name, ...judge(await records(name)) };
  } catch (error) {
    if (!(error instanceof OutgoingError)) throw error;
    const words =
      error.code === "unreachable" ? "The DNS did not answer. Try again later." : "This is no public name, so nobody else can look it up.";
    return { kind, name, verdict: "unknown", words, record: null };
  }
}

function spf(records: TextRecords, domain: string, provider: ProviderId): Promise<Check> {
  return ask(records, domain, "spf", (found) => {
    const own = found.filter((one) => /^v=spf1(?:\s|$)/i.test(one));
    const record = own[0] ?? null;
    if (record === null)
      return { verdict: "missing", words: "No SPF record. Add a TXT record such as v=spf1 include:<your provider> ~all.", record };
    if (own.length > 1)
      return { verdict: "warning", words: `${own.length} SPF records: receivers then take none of them. Keep one.`, record };
    if (/\+all\b|\sall\b/i.test(record))
      return { verdict: "warning", words: "It allows everybody to send (+all). End it with ~all or -all.", record };
    const include = USUAL[provider]?.include;
    if (include !== undefined && !record.toLowerCase().includes(include))
      return {
        verdict: "warning",
        words: `It does not name ${include}. That is right only if the provider's own return path is used.`,
        record,
      };
    return { verdict: "good", words: "Found, and there is one.", record };
  });
}

function dkimOf(
  records: TextRecords,
  domain: string,
  account: { provider: ProviderId; settings: Record<string, string> },
): Promise<Check>[] {
  const own = account.settings["dkimSelector"];
  const selectors = own ? [own] : (USUAL[account.provider]?.selectors ?? []);
  return selectors.map((selector) =>
    ask(records, `${selector}._domainkey.${domain}`, "dkim", (found) => {
      const record = found.find((one) => /(?:^|;)\s*p=/i.test(one)) ?? null;
      if (record === null) return { verdict: "missing", words: "No key under this selector.", record };
      if (/(?:^|;)\s*p=\s*(?:;|$)/i.test(record)) return { verdict: "warning", words: "The key was revoked (empty p=).", record };
      return { verdict: "good", words: "A public key is there.", record };
    }),
  );
}

/** One line for DKIM: a key that was found, else what is missing. */
function foldDkim(checks: readonly Check[]): Check[] {
  const keys = checks.filter(({ kind }) => kind === "dkim");
  const best = keys.find(({ verdict }) => verdict === "good") ?? keys.find(({ verdict }) => verdict === "warning") ?? keys[0];
  const dkim: Check = best ?? {
    kind: "dkim",
    name: "",
    verdict: "unknown",
    words: "Enter the DKIM selector that your provider signs with on the account, then check again.",
    record: null,
  };
  return [...checks.filter(({ kind }) => kind === "spf"), dkim, ...checks.filter(({ kind }) => kind === "dmarc")];
}

async function dmarc(records: TextRecords, domain: string): Promise<Check> {
  const judge = (found: string[]): Omit<Check, "kind" | "name"> => {
    const own = found.filter((one) => /^v=DMARC1\b/i.test(one));
    const record = own[0] ?? null;
    if (record === null)
      return { verdict: "missing", words: "No DMARC record. Begin with v=DMARC1; p=none; rua=mailto:<your address>.", record };
    if (own.length > 1) return { verdict: "warning", words: "Several DMARC records: receivers then take none of them. Keep one.", record };
    const policy = /\bp=\s*(\w+)/i.exec(record)?.[1]?.toLowerCase();
    if (policy !== "quarantine" && policy !== "reject")
      return {
        verdict: "warning",
        words: "It only watches (p=none). Large mailbox providers take that; quarantine or reject keeps forgers out.",
        record,
      };
    return { verdict: "good", words: `Forged mail is to be ${policy === "reject" ? "rejected" : "put into spam"}.`, record };
  };
  const own = await ask(records, `_dmarc.${domain}`, "dmarc", judge);
  const parent = domain.split(".").slice(-2).join(".");
  // A subdomain without a record of its own falls under its organisation's.
  return own.verdict === "missing" && parent !== domain ? ask(records, `_dmarc.${parent}`, "dmarc", judge) : own;
}
