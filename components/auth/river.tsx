/** Streams that flow into one: drawn, not downloaded. Decorative. */
export function River({ className }: { className?: string }) {
  const streams = Array.from({ length: 13 }, (_, i) => {
    const from = -40 + i * 78;
    const bend = 180 + Math.abs(i - 6) * 22;
    const to = 470 + (i - 6) * 5;
    return { d: `M ${from} -20 C ${from} ${bend}, ${to + (i - 6) * 10} ${bend - 20}, ${to} 520 L ${to} 1020`, i };
  });
  return (
    <svg viewBox="0 0 940 1000" preserveAspectRatio="xMidYMin slice" aria-hidden className={className} fill="none">
      <defs>
        <linearGradient id="river-fade" x1="0" y1="0" x2="0" y2="1">
          <stop offset="0" stopColor="oklch(0.85 0.1 200)" stopOpacity="0.5" />
          <stop offset="0.5" stopColor="oklch(0.78 0.11 205)" stopOpacity="0.75" />
          <stop offset="0.72" stopColor="oklch(0.72 0.1 210)" stopOpacity="0.12" />
          <stop offset="1" stopColor="oklch(0.72 0.1 210)" stopOpacity="0" />
        </linearGradient>
      </defs>
      {streams.map(({ d, i }) => (
        <path key={d} d={d} stroke="url(#river-fade)" strokeWidth={i === 6 ? 3 : 1.25 + ((i * 5) % 3) * 0.4} />
      ))}
      {streams.map(({ i }) => {
        const x = -40 + i * 78;
        return <circle key={x} cx={x} cy={36 + ((i * 37) % 60)} r={3.5} fill="oklch(0.87 0.09 200)" opacity={0.85} />;
      })}
    </svg>
  );
}
