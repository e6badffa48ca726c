import { z } from "zod";
import type { AnySql } from "@/db/client";
import { can, requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import type { Ctx } from "@/domain/kernel/context";
import { withTx } from "@/domain/kernel/context";
import { DomainError, notFound } from "@/domain/kernel/errors";
import { newId } from "@/domain/kernel/ids";
import { outgoing, OutgoingError } from "@/domain/kernel/outgoing";
import { parseInput } from "@/domain/kernel/parse";
import { seal, unseal } from "@/domain/kernel/sealed";
import type { JourneyChannel } from "@/domain/journeys/model";
import type { OpenAccount } from "./contract";
import { PROVIDER_IDS, PROVIDERS } from "./model";
import type { ChannelAccount, Provider, ProviderId } from "./model";
import { readServiceAccount } from "./other-services";
import { newSigningSecret } from "./standard-webhooks";
import { newVapidKey, vapidPublicKey } from "./web-push";

const SEAL = "channel-accounts";

interface AccountRow {
  readonly id: string;
  readonly channel: JourneyChannel;
  readonly provider: ProviderId;
  readonly name: string;
  readonly status: ChannelAccount["status"];
  readonly isDefault: boolean;
  readonly settings: Record<string, string>;
  readonly sealed: string | null;
  readonly perMinute: number | null;
  readonly openUntil: Date | null;
  readonly lastError: string | null;
  readonly createdAt: Date;
}

const secretsOf = ({ id, sealed }: Pick<AccountRow, "id" | "sealed">): Record<string, string> =>
  sealed === null ? {} : (JSON.parse(unseal(SEAL, id, sealed)) as Record<string, string>);

/** Accounts of all channels, the default ones first. Secrets are never in it. */
export async function listAccounts(ctx: Ctx): Promise<ChannelAccount[]> {
  requirePermission(ctx, "channels:read");
  const writes = can(ctx, "channels:write");
  const rows = await ctx.sql<(AccountRow & { sent: number; failed: number })[]>`
    select a.id, a.channel, a.provider, a.name, a.status, a.is_default as "isDefault", a.settings, a.sealed, a.per_minute as "perMinute",
      a.open_until as "openUntil", a.last_error as "lastError", a.created_at as "createdAt",
      coalesce(t.sent, 0)::int as sent, coalesce(t.failed, 0)::int as failed
    from channel_accounts a left join lateral (
      select count(*) filter (where result = 'ok') as sent, count(*) filter (where result <> 'ok') as failed
      from message_attempts where account_id = a.id and started_at > ${new Date(ctx.clock.now().getTime() - 86_400_000)}) t on true
    where a.archived_at is null order by a.channel, a.is_default desc, a.created_at`;
  return rows.map((row) => accountView(row, writes, ctx.clock.now()));
}

function accountView(row: AccountRow & { sent: number; failed: number }, writes: boolean, now: Date): ChannelAccount {
  const { sealed: _sealed, createdAt, openUntil, ...rest } = row;
  const secrets = secretsOf(row);
  return {
    ...rest,
    createdAt: createdAt.toISOString(),
    openUntil: openUntil !== null && openUntil > now ? openUntil.toISOString() : null,
    secrets: Object.keys(secrets).filter((name) => name !== "vapid" && name !== "signing"),
    callbackPath: PROVIDERS[row.provider].callbacks ? `/api/channels/${row.id}/callback` : null,
    publicKey: secrets["vapid"] === undefined ? null : vapidPublicKey(secrets["vapid"]),
    signingSecret: writes ? (secrets["signing"] ?? null) : null,
  };
}

const schema = z.strictObject({
  /** Absent: a new account. */
  id: z.string().max(40).nullish(),
  provider: z.enum(PROVIDER_IDS),
  name: z.string().trim().min(1, "Give the account a name.").max(100),
  settings: z.record(z.string().max(40), z.string().trim().max(1_000)),
  /** Those that are new; the others stay as they are. */
  secrets: z.record(z.string().max(40), z.string().max(20_000)).default({}),
  perMinute: z.number().int().min(1).max(1_000_000).nullable().default(null),
  isDefault: z.boolean().default(true),
});

/** Creates or changes an account. A new provider needs a new account: what was sent stays with what sent it. */
export async function saveAccount(ctx: Ctx, input: unknown): Promise<{ id: string }> {
  requirePermission(ctx, "channels:write");
  const given = parseInput(schema, input);
  const provider = PROVIDERS[given.provider];
  if (provider.builtIn)
    throw new DomainError("VALIDATION", "This channel is built in and needs no account.", { fields: { provider: "built in" } });
  return withTx(ctx, async (tx) => {
    const before = given.id ? await rowOf(tx.sql, given.id) : null;
    if (before !== null && before.provider !== given.provider)
      throw new DomainError("VALIDATION", "An account keeps its provider: make a new account.", {
        fields: { provider: "cannot be changed" },
      });
    const id = before?.id ?? newId("chn");
    const known = before === null ? {} : secretsOf(before);
    const secrets = { ...known, ...Object.fromEntries(Object.entries(given.secrets).filter(([, value]) => value !== "")) };
    const settings = check(provider, given.settings, secrets);
    if (given.provider === "webhook") secrets["signing"] ??= newSigningSecret();
    if (given.provider === "web_push") secrets["vapid"] ??= newVapidKey();
    const now = tx.clock.now();
    const [others] = await tx.sql<{ n: number }[]>`
      select count(*)::int as n from channel_accounts where channel = ${provider.channel} and archived_at is null and id <> ${id}`;
    // The first account of a channel is the one it sends by.
    const isDefault = given.isDefault || (others?.n ?? 0) === 0 || before?.isDefault === true;
    if (isDefault)
      await tx.sql`update channel_accounts set is_default = false where channel = ${provider.channel} and is_default and id <> ${id}`;
    const sealed = Object.keys(secrets).length === 0 ? null : seal(SEAL, id, JSON.stringify(secrets));
    await tx.sql`
      insert into channel_accounts (id, channel, provider, name, settings, sealed, per_minute, is_default, created_by, created_at, updated_at)
      values (${id}, ${provider.channel}, ${given.provider}, ${given.name}, ${JSON.stringify(settings)}::text::jsonb, ${sealed}, ${given.perMinute},
        ${isDefault}, ${tx.actor.id}, ${now}, ${now})
      on conflict (id) do update set name = excluded.name, settings = excluded.settings, sealed = excluded.sealed, per_minute = excluded.per_minute,
        is_default = excluded.is_default, updated_at = excluded.updated_at, failures = 0, open_until = null, failing_since = null, last_error = null`;
    await recordAudit(tx, {
      action: before === null ? "channel_account.created" : "channel_account.changed",
      object: { type: "channel_account", id },
      ...(before === null ? {} : { before: { name: before.name, settings: before.settings } }),
      after: {
        name: given.name,
        provider: given.provider,
        settings,
        secrets: Object.keys(given.secrets),
        perMinute: given.perMinute,
        isDefault,
      },
    });
    return { id };
  });
}

/** Refuses what the provider cannot work with, by field. */
function check(provider: Provider, given: Record<string, string>, secrets: Record<string, string>): Record<string, string> {
  const fields: Record<string, string> = {};
  const settings: Record<string, string> = {};
  for (const field of provider.fields) {
    const isSecret = field.kind === "secret" || field.kind === "secret_text";
    const value = isSecret ? (secrets[field.name] ?? "") : (given[field.name] ?? "");
    if (field.required && value === "") fields[field.name] = `Enter: ${field.label}.`;
    if (isSecret || value === "") continue;
    if (field.kind === "choice" && !field.choices?.some((choice) => choice.value === value)) fields[field.name] = "Choose one of these.";
    if (field.kind === "number" && !/^\d{1,5}$/.test(value)) fields[field.name] = "Enter a whole number.";
    settings[field.name] = value;
  }
  const address = z.email();
  for (const name of provider.channel === "email" ? ["from", "replyTo"] : [])
    if (settings[name] && !address.safeParse(settings[name]).success) fields[name] = "Enter an address such as news@example.com.";
  if (provider.id === "web_push" && !/^(?:mailto:|https:)/.test(settings["subject"] ?? ""))
    fields["subject"] = "Begin with mailto: or https:.";
  if (provider.id === "ses" && !/^[a-z]{2}(?:-[a-z]+)+-\d$/.test(settings["region"] ?? ""))
    fields["region"] = "Enter a region such as eu-central-1.";
  if (provider.id === "firebase" && readServiceAccount(secrets["serviceAccount"] ?? "") === null)
    fields["serviceAccount"] = "Paste the JSON of the service account, whole.";
  if (provider.id === "sendgrid" && secrets["webhookKey"] && !/^[A-Za-z0-9+/]{80,200}={0,2}$/.test(secrets["webhookKey"]))
    fields["webhookKey"] = "Paste the verification key as SendGrid shows it.";
  for (const name of ["url", "endpoint"]) {
    const url = settings[name] ?? (name === "url" && provider.id === "slack" ? secrets["url"] : undefined);
    if (!url) continue;
    try {
      outgoing().check(url);
    } catch (error) {
      if (!(error instanceof OutgoingError)) throw error;
      fields[name] = error.message;
    }
  }
  const [first] = Object.keys(fields);
  if (first !== undefined) throw new DomainError("VALIDATION", `Check ${first}: ${fields[first]}`, { fields });
  return settings;
}

async function rowOf(sql: AnySql, id: string): Promise<AccountRow> {
  const [row] = await sql<AccountRow[]>`
    select id, channel, provider, name, status, is_default as "isDefault", settings, sealed, per_minute as "perMinute", open_until as "openUntil",
      last_error as "lastError", created_at as "createdAt" from channel_accounts where id = ${id} and archived_at is null for update`;
  if (!row) throw notFound("The account");
  return row;
}

const idSchema = z.strictObject({ id: z.string().max(40) });

/** Its messages wait until it is resumed. */
export async function pauseAccount(ctx: Ctx, input: unknown): Promise<void> {
  requirePermission(ctx, "channels:write");
  await setStatus(ctx, parseInput(idSchema, input).id, "paused");
}

export async function resumeAccount(ctx: Ctx, input: unknown): Promise<void> {
  requirePermission(ctx, "channels:write");
  await setStatus(ctx, parseInput(idSchema, input).id, "active");
}

async function setStatus(ctx: Ctx, id: string, status: ChannelAccount["status"]): Promise<void> {
  await withTx(ctx, async (tx) => {
    const before = await rowOf(tx.sql, id);
    await tx.sql`update channel_accounts set status = ${status}, failures = 0, open_until = null, failing_since = null,
      last_error = case when ${status} = 'active' then null else last_error end, updated_at = ${tx.clock.now()} where id = ${id}`;
    await recordAudit(tx, {
      action: status === "paused" ? "channel_account.paused" : "channel_account.resumed",
      object: { type: "channel_account", id },
      before: { status: before.status },
      after: { status },
    });
  });
}

/** Takes an account out of use, and its secrets with it. Messages of its channel go by the next one, or into the sink. */
export async function archiveAccount(ctx: Ctx, input: unknown): Promise<void> {
  requirePermission(ctx, "channels:write");
  const { id } = parseInput(idSchema, input);
  await withTx(ctx, async (tx) => {
    const before = await rowOf(tx.sql, id);
    await tx.sql`update channel_accounts set archived_at = ${tx.clock.now()}, is_default = false, sealed = null where id = ${id}`;
    if (before.isDefault)
      await tx.sql`update channel_accounts set is_default = true where id = (
        select id from channel_accounts where channel = ${before.channel} and archived_at is null order by created_at limit 1)`;
    await recordAudit(tx, {
      action: "channel_account.removed",
      object: { type: "channel_account", id },
      before: { name: before.name, provider: before.provider },
    });
  });
}

/** The account with its secrets, for the moment of a send or a callback; null when it is not in use any more. */
export async function openAccount(sql: AnySql, id: string): Promise<OpenAccount | null> {
  const [row] = await sql<
    AccountRow[]
  >`select id, provider, settings, sealed from channel_accounts where id = ${id} and archived_at is null`;
  return row ? { id: row.id, provider: row.provider, settings: row.settings, secrets: secretsOf(row) } : null;
}

/** The public key with which browsers subscribe to Web Push; null: no account of that channel is set up. */
export async function webPushKey(sql: AnySql): Promise<string | null> {
  const [row] = await sql<AccountRow[]>`
    select id, sealed from channel_accounts where provider = 'web_push' and archived_at is null order by is_default desc, created_at limit 1`;
  const jwk = row === undefined ? undefined : secretsOf(row)["vapid"];
  return jwk === undefined ? null : vapidPublicKey(jwk);
}
