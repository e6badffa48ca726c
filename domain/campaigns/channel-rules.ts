import type { AnySql } from "@/db/client";
import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { withTx } from "@/domain/kernel/context";
import type { Ctx } from "@/domain/kernel/context";
import { parseInput } from "@/domain/kernel/parse";
import { channelOf } from "./channel-of";
import { DEFAULT_CHANNEL_RULES } from "./default-channels";
import { channelRulesSchema } from "./model";
import type { ChannelRule, Origin } from "./model";

/** The channel rules in force: what an admin saved, else the defaults. */
export async function channelRules(sql: AnySql): Promise<readonly ChannelRule[]> {
  const [row] = await sql<{ value: { rules: ChannelRule[] } }[]>`select value from settings where key = 'channels'`;
  return row?.value.rules ?? DEFAULT_CHANNEL_RULES;
}

export async function readChannelRules(ctx: Ctx): Promise<{ rules: readonly ChannelRule[]; isDefault: boolean }> {
  requirePermission(ctx, "campaigns:read");
  const rules = await channelRules(ctx.sql);
  return { rules, isDefault: rules === DEFAULT_CHANNEL_RULES };
}

export interface ChannelShare {
  readonly channel: string;
  readonly touches: number;
  readonly before: number;
}

/** What other rules would make of all touches so far: touches per channel, now and then. Nothing is changed. */
export async function previewChannelRules(ctx: Ctx, input: unknown): Promise<ChannelShare[]> {
  requirePermission(ctx, "campaigns:read");
  const rules = parseInput(channelRulesSchema, input);
  const origins = await ctx.sql<(Origin & { channel: string; touches: number })[]>`
    select o.kind, o.source, o.medium, o.campaign, o.campaign_ref as "campaignRef", o.content, o.term, o.click_id as "clickId", o.referrer,
      o.channel, count(*)::int as touches
    from touch_origins o join touchpoints t on t.origin_id = o.id group by o.id`;
  const shares = new Map<string, { touches: number; before: number }>();
  const add = (channel: string, touches: number, before: number): void => {
    const own = shares.get(channel) ?? { touches: 0, before: 0 };
    shares.set(channel, { touches: own.touches + touches, before: own.before + before });
  };
  for (const origin of origins) {
    add(channelOf(rules, origin), origin.touches, 0);
    add(origin.channel, 0, origin.touches);
  }
  return [...shares]
    .map(([channel, share]) => ({ channel, ...share }))
    .toSorted((a, b) => b.touches - a.touches || a.channel.localeCompare(b.channel));
}

/** Saves channel rules and gives every touch so far its channel by them. Cost: the number of origins, not of touches. */
export async function updateChannelRules(ctx: Ctx, input: unknown): Promise<void> {
  requirePermission(ctx, "campaigns:govern");
  const rules = parseInput(channelRulesSchema, input);
  await withTx(ctx, async (tx) => {
    const before = await channelRules(tx.sql);
    await tx.sql`
      insert into settings (key, value, updated_at, updated_by)
      values ('channels', ${JSON.stringify({ rules })}::text::jsonb, ${tx.clock.now().toISOString()}::timestamptz, ${tx.actor.id})
      on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at, updated_by = excluded.updated_by`;
    const origins = await tx.sql<(Origin & { id: number; channel: string })[]>`
      select id, kind, source, medium, campaign, campaign_ref as "campaignRef", content, term, click_id as "clickId", referrer, channel
      from touch_origins order by id for update`;
    const moved = origins
      .map((origin) => ({ id: origin.id, from: origin.channel, channel: channelOf(rules, origin) }))
      .filter(({ from, channel }) => from !== channel);
    await tx.sql`
      update touch_origins o set channel = r.channel
      from json_to_recordset(${JSON.stringify(moved)}::text::json) as r(id int, channel text) where o.id = r.id`;
    await recordAudit(tx, {
      action: "channels.changed",
      object: { type: "settings", id: "channels" },
      before: { rules: before.length },
      after: { rules: rules.length },
      detail: { originsMoved: moved.length },
    });
  });
}
