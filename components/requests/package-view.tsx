import type { AccessPackage, PackageRecord } from "@/domain/governance/model";

/** Records of one section that are drawn; the JSON holds all. */
const SHOWN = 200;

const textOf = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? ""));
const nameOf = (key: string): string => key.replaceAll("_", " ").replace(/^./, (letter) => letter.toUpperCase());

/** Everything held about a person, for reading. */
export function PackageView({ made }: { made: AccessPackage }) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
      <nav aria-label="Sections" className="flex flex-wrap gap-x-4 gap-y-1 text-sm">
        {made.sections.map((section) => (
          <a key={section.name} href={`#${section.name}`} className="text-primary-text underline-offset-4 hover:underline">
            {section.title} ({section.records.length.toLocaleString("en-GB")})
          </a>
        ))}
      </nav>
      {made.sections.map((section) => (
        <section
          key={section.name}
          id={section.name}
          aria-labelledby={`${section.name}-title`}
          className="grid grid-cols-[minmax(0,1fr)] gap-2"
        >
          <h2 id={`${section.name}-title`} className="text-base font-semibold tracking-tight">
            {section.title}
          </h2>
          <ul className="grid grid-cols-[minmax(0,1fr)] gap-2">
            {section.records.slice(0, SHOWN).map((record, index) => (
              <li key={index} className="rounded-lg border bg-card p-3">
                <Record record={record} />
              </li>
            ))}
          </ul>
          {section.records.length > SHOWN ? (
            <p className="text-xs text-muted-foreground">
              {(section.records.length - SHOWN).toLocaleString("en-GB")} more stand in the JSON file.
            </p>
          ) : null}
        </section>
      ))}
    </div>
  );
}

function Record({ record }: { record: PackageRecord }) {
  return (
    <dl className="grid grid-cols-[minmax(0,1fr)] gap-x-4 gap-y-1 text-sm sm:grid-cols-[10rem_minmax(0,1fr)]">
      {Object.entries(record).map(([key, value]) => (
        <div key={key} className="contents">
          <dt className="text-xs text-muted-foreground sm:text-sm">{nameOf(key)}</dt>
          <dd className="min-w-0 [overflow-wrap:anywhere]">
            <bdi>{textOf(value)}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  );
}
