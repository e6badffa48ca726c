"use client";

import { FileUp, Megaphone, Plus } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { formatMoney } from "@/components/layout/money";
import { PageHeader } from "@/components/layout/page-header";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import type { Campaign } from "@/domain/campaigns/model";
import type { Result } from "@/domain/kernel/model";
import { CampaignTabs } from "./campaign-tabs";
import { CampaignSheet, type CampaignDraft } from "./campaign-sheet";
import { CostImportDialog, type CostImportResult } from "./cost-import-dialog";

export interface CampaignChanges {
  save(input: unknown): Promise<Result<{ id: string }>>;
  archive(input: unknown): Promise<Result<unknown>>;
  importCosts(input: { text: string; dryRun: boolean }): Promise<Result<CostImportResult>>;
}

export interface Unmatched {
  readonly campaign: string;
  readonly source: string;
  readonly medium: string;
  readonly channel: string;
  readonly touches: number;
}

export interface CampaignsScreenProps {
  campaigns: readonly Campaign[];
  unmatched: readonly Unmatched[];
  channels: readonly string[];
  currency: string;
  /** Null for whoever may only read. */
  changes: CampaignChanges | null;
}

const number = new Intl.NumberFormat("en-GB");
const EMPTY: CampaignDraft = {
  id: null,
  name: "",
  utmCampaign: "",
  externalId: "",
  channel: "",
  source: "",
  medium: "",
  budget: "",
  currency: "",
  startsOn: "",
  endsOn: "",
};

export function CampaignsScreen({ campaigns, unmatched, channels, currency, changes }: CampaignsScreenProps) {
  const [edited, setEdited] = useState<CampaignDraft | null>(null);
  const [importing, setImporting] = useState(false);
  return (
    <>
      <PageHeader
        title="Campaigns"
        description="What you run and what it costs. Touchpoints belong to a campaign by the utm_campaign or id of their link."
        actions={
          changes ? (
            <>
              <Button variant="outline" onClick={() => setImporting(true)}>
                <FileUp aria-hidden />
                Import costs
              </Button>
              <Button onClick={() => setEdited({ ...EMPTY, currency })}>
                <Plus aria-hidden />
                New campaign
              </Button>
            </>
          ) : undefined
        }
      />
      <CampaignTabs />
      {campaigns.length === 0 ? (
        <Empty
          icon={Megaphone}
          title="No campaigns yet"
          description="Import an ad platform's cost report and its campaigns are made from it, or enter one by hand."
        />
      ) : (
        <CampaignTable campaigns={campaigns} onEdit={changes ? (campaign) => setEdited(draftOf(campaign)) : null} />
      )}
      {unmatched.length > 0 ? (
        <UnmatchedTable
          rows={unmatched}
          onTake={
            changes
              ? (row) =>
                  setEdited({
                    ...EMPTY,
                    currency,
                    name: row.campaign,
                    utmCampaign: row.campaign,
                    channel: row.channel,
                    source: row.source,
                    medium: row.medium,
                  })
              : null
          }
        />
      ) : null}
      {changes && edited ? (
        <CampaignSheet
          key={edited.id ?? edited.utmCampaign}
          draft={edited}
          channels={channels}
          save={changes.save}
          archive={changes.archive}
          onClose={() => setEdited(null)}
        />
      ) : null}
      {changes && importing ? <CostImportDialog load={changes.importCosts} onClose={() => setImporting(false)} /> : null}
    </>
  );
}

function draftOf(campaign: Campaign): CampaignDraft {
  return {
    id: campaign.id,
    name: campaign.name,
    utmCampaign: campaign.utmCampaign ?? "",
    externalId: campaign.externalId ?? "",
    channel: campaign.channel,
    source: campaign.source,
    medium: campaign.medium,
    budget: campaign.budget === null ? "" : String(campaign.budget),
    currency: campaign.currency,
    startsOn: campaign.startsOn ?? "",
    endsOn: campaign.endsOn ?? "",
  };
}

function CampaignTable({ campaigns, onEdit }: { campaigns: readonly Campaign[]; onEdit: ((campaign: Campaign) => void) | null }) {
  return (
    <Table aria-label="Campaigns">
      <TableHeader>
        <TableRow>
          <TableHead>Campaign</TableHead>
          <TableHead>Channel</TableHead>
          <TableHead>Runs</TableHead>
          <TableHead className="text-right">Spend</TableHead>
          <TableHead className="text-right">Of budget</TableHead>
          <TableHead className="text-right">Clicks</TableHead>
          <TableHead className="text-right">Touches</TableHead>
          {onEdit ? (
            <TableHead>
              <span className="sr-only">Change</span>
            </TableHead>
          ) : null}
        </TableRow>
      </TableHeader>
      <TableBody>
        {campaigns.map((campaign) => (
          <TableRow key={campaign.id}>
            <TableCell className="max-w-72">
              <Link
                href={`/campaigns/${campaign.id}`}
                className="block max-w-full truncate rounded-sm font-medium underline-offset-4 hover:underline"
              >
                {campaign.name}
              </Link>
              {campaign.utmCampaign === null ? null : (
                <span className="block truncate text-xs text-muted-foreground">{campaign.utmCampaign}</span>
              )}
            </TableCell>
            <TableCell>
              <Badge variant="outline">{campaign.channel}</Badge>
            </TableCell>
            <TableCell className="whitespace-nowrap text-muted-foreground tabular-nums">
              {campaign.startsOn === null ? "–" : `${campaign.startsOn} to ${campaign.endsOn ?? "open"}`}
            </TableCell>
            <TableCell className="text-right whitespace-nowrap tabular-nums">
              {campaign.spend === 0 ? "–" : formatMoney(campaign.spend, campaign.currency)}
            </TableCell>
            <TableCell className="text-right tabular-nums">
              {campaign.budget === null || campaign.budget === 0 ? "–" : `${Math.round((campaign.spend / campaign.budget) * 100)} %`}
            </TableCell>
            <TableCell className="text-right tabular-nums">{number.format(campaign.clicks)}</TableCell>
            <TableCell className="text-right tabular-nums">{number.format(campaign.touches)}</TableCell>
            {onEdit ? (
              <TableCell className="text-right">
                <Button variant="ghost" size="sm" onClick={() => onEdit(campaign)} aria-label={`Edit ${campaign.name}`}>
                  Edit
                </Button>
              </TableCell>
            ) : null}
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

function UnmatchedTable({ rows, onTake }: { rows: readonly Unmatched[]; onTake: ((row: Unmatched) => void) | null }) {
  return (
    <section aria-labelledby="unmatched" className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <h2 id="unmatched" className="text-sm font-medium">
        On links, but not in the registry
      </h2>
      <p className="text-sm text-muted-foreground">
        These utm_campaign names arrive on visits, and no campaign has them: their touches are counted under the name alone.
      </p>
      <Table aria-label="Names without a campaign">
        <TableHeader>
          <TableRow>
            <TableHead>utm_campaign</TableHead>
            <TableHead>Source / medium</TableHead>
            <TableHead>Channel</TableHead>
            <TableHead className="text-right">Touches</TableHead>
            {onTake ? <TableHead className="text-right">Add</TableHead> : null}
          </TableRow>
        </TableHeader>
        <TableBody>
          {rows.map((row) => (
            <TableRow key={`${row.campaign} ${row.source} ${row.medium}`}>
              <TableCell className="max-w-64 truncate">{row.campaign}</TableCell>
              <TableCell className="text-muted-foreground">{`${row.source || "–"} / ${row.medium || "–"}`}</TableCell>
              <TableCell>{row.channel}</TableCell>
              <TableCell className="text-right tabular-nums">{number.format(row.touches)}</TableCell>
              {onTake ? (
                <TableCell className="text-right">
                  <Button variant="ghost" size="sm" aria-label={`Add ${row.campaign} as a campaign`} onClick={() => onTake(row)}>
                    Add
                  </Button>
                </TableCell>
              ) : null}
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </section>
  );
}
