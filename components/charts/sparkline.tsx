/**
 * A line of totals for table cells: plain SVG, since a list of sources draws dozens of them.
 * @param label what it shows with the figures ("1,204 messages in the last 24 hours")
 */
export function Sparkline({ values, alert, label }: { values: readonly number[]; alert?: readonly number[]; label: string }) {
  const max = Math.max(1, ...values);
  const step = 96 / Math.max(1, values.length);
  return (
    <svg role="img" aria-label={label} viewBox="0 0 96 24" preserveAspectRatio="none" className="h-6 w-24 overflow-visible">
      {values.map((value, index) => {
        const height = value === 0 ? 1 : Math.max(2, (22 * value) / max);
        const bad = value === 0 ? 0 : Math.min(height, (22 * (alert?.[index] ?? 0)) / max);
        return (
          // The place in the line is the identity of a bar.
          // oxlint-disable-next-line react/no-array-index-key -- the place is what tells them apart
          <g key={index}>
            <rect
              x={index * step + 0.5}
              y={23 - height}
              width={Math.max(1, step - 1)}
              height={height - bad}
              rx="0.75"
              fill={value === 0 ? "var(--border)" : "var(--chart-1)"}
            />
            {bad > 0 && (
              <rect x={index * step + 0.5} y={23 - bad} width={Math.max(1, step - 1)} height={bad} rx="0.75" fill="var(--destructive)" />
            )}
          </g>
        );
      })}
    </svg>
  );
}
