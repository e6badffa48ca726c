"use client";

import { Download, QrCode as QrIcon } from "lucide-react";
import { useMemo, useState } from "react";
import { renderSVG } from "uqr";
import { saveFile } from "@/components/charts";
import { Button } from "@/components/ui/button";
import { Card, CardContent } from "@/components/ui/card";
import { CopyButton } from "@/components/ui/copy-button";
import { Empty } from "@/components/ui/empty";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import { campaignLink, type LinkParts } from "./campaign-link";

export interface LinkCampaign {
  readonly id: string;
  readonly name: string;
  readonly utmCampaign: string | null;
  readonly source: string;
  readonly medium: string;
}

const FIELDS = [
  { key: "source", label: "Source", hint: "Who sends them: google, newsletter." },
  { key: "medium", label: "Medium", hint: "How: cpc, email, social." },
  { key: "campaign", label: "Campaign", hint: "As in the registry." },
  { key: "content", label: "Ad or link", hint: "Tells ads apart; as in the cost report." },
  { key: "term", label: "Keyword", hint: "Only for paid search." },
] as const;

/** A link that a campaign's touches are recognised by, and the same as a QR code for print. */
export function LinksScreen({ campaigns }: { campaigns: readonly LinkCampaign[] }) {
  const [parts, setParts] = useState<LinkParts>({ page: "", source: "", medium: "", campaign: "", content: "", term: "" });
  const link = campaignLink(parts);
  const isNamed = parts.source.trim() !== "" && parts.medium.trim() !== "" && parts.campaign.trim() !== "";
  const image = useMemo(() => (link === null ? null : renderSVG(link, { border: 2 })), [link]);
  const known = campaigns.some(
    ({ utmCampaign }) => utmCampaign !== null && link?.includes(`utm_campaign=${encodeURIComponent(utmCampaign)}`),
  );
  const choose = (id: string): void => {
    const campaign = campaigns.find((one) => one.id === id);
    if (campaign) setParts({ ...parts, campaign: campaign.utmCampaign ?? campaign.name, source: campaign.source, medium: campaign.medium });
  };
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-5 lg:grid-cols-2">
      <form className="grid content-start gap-4" onSubmit={(event) => event.preventDefault()}>
        <Field label="Page" hint="Where the link leads.">
          <Input
            type="url"
            inputMode="url"
            placeholder="https://shop.example/sale"
            value={parts.page}
            onChange={(event) => setParts({ ...parts, page: event.target.value })}
          />
        </Field>
        {campaigns.length > 0 ? (
          <Field label="Take over from a campaign">
            <NativeSelect value="" onChange={(event) => choose(event.target.value)}>
              <option value="">Choose</option>
              {campaigns.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </NativeSelect>
          </Field>
        ) : null}
        <div className="grid gap-4 sm:grid-cols-2">
          {FIELDS.map(({ key, label, hint }) => (
            <Field key={key} label={label} hint={hint}>
              <Input value={parts[key]} onChange={(event) => setParts({ ...parts, [key]: event.target.value })} />
            </Field>
          ))}
        </div>
      </form>
      {link === null || image === null ? (
        <Empty icon={QrIcon} title="No link yet" description="Enter the address of a page, with its source, medium and campaign." />
      ) : (
        <Card>
          <CardContent className="grid gap-4 pt-4">
            <div className="grid gap-1.5">
              <h2 className="text-sm font-medium">Link</h2>
              <p className="rounded-md border bg-muted px-3 py-2 text-sm break-all">{link}</p>
              {isNamed ? null : <p className="text-xs text-warning-text">Source, medium and campaign make a touch recognisable.</p>}
              {isNamed && !known ? (
                <p className="text-xs text-muted-foreground">
                  No campaign of the registry has this name yet: its touches will be listed as unmatched.
                </p>
              ) : null}
              <div>
                <CopyButton text={link} variant="outline" size="sm">
                  Copy link
                </CopyButton>
              </div>
            </div>
            <div className="grid gap-2">
              <h2 className="text-sm font-medium">QR code</h2>
              {/* A data address, not a file: there is nothing for the image optimiser to do. */}
              {/* oxlint-disable-next-line nextjs/no-img-element */}
              <img
                alt={`QR code of ${link}`}
                src={`data:image/svg+xml;utf8,${encodeURIComponent(image)}`}
                className="size-56 rounded-md border bg-white"
              />
              <div>
                <Button
                  variant="outline"
                  size="sm"
                  onClick={() => saveFile(new Blob([image], { type: "image/svg+xml" }), "campaign-link.svg")}
                >
                  <Download aria-hidden />
                  Download as SVG
                </Button>
              </div>
            </div>
          </CardContent>
        </Card>
      )}
    </div>
  );
}
