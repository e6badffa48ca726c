const STREAMS = 13;
const MIDDLE = (STREAMS - 1) / 2;

interface Point {
  x: number;
  y: number;
}

/** Where a cubic curve is at t. */
const at = ([a, b, c, d]: readonly [Point, Point, Point, Point], t: number): Point => {
  const u = 1 - t;
  const mix = (p: number, q: number, r: number, s: number) => u * u * u * p + 3 * u * u * t * q + 3 * u * t * t * r + t * t * t * s;
  return { x: mix(a.x, b.x, c.x, d.x), y: mix(a.y, b.y, c.y, d.y) };
};

const streams = Array.from({ length: STREAMS }, (_, i) => {
  const off = i - MIDDLE;
  const start = { x: 470 + off * 80, y: -20 };
  const end = { x: 470 + off * 4.5, y: 470 };
  // Both handles are upright, so that a stream enters the river without a corner.
  const curve = [start, { x: start.x, y: 190 + Math.abs(off) * 14 }, { x: end.x, y: 250 - Math.abs(off) * 4 }, end] as const;
  const [a, b, c, d] = curve;
  return {
    i,
    d: `M${a.x} ${a.y}C${b.x} ${b.y} ${c.x} ${c.y} ${d.x} ${d.y}V1020`,
    drop: at(curve, 0.12 + ((i * 7) % 11) * 0.033),
    width: i === MIDDLE ? 3 : 1.2 + ((i * 5) % 3) * 0.45,
  };
});

/** Streams that flow into one: drawn, not downloaded. Decorative. */
export function River({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 940 1000" preserveAspectRatio="xMidYMin slice" aria-hidden className={className} fill="none">
      <defs>
        <linearGradient id="river-fade" gradientUnits="userSpaceOnUse" x1="0" y1="0" x2="0" y2="1000">
          <stop offset="0" stopColor="oklch(0.85 0.1 200)" stopOpacity="0.45" />
          <stop offset="0.42" stopColor="oklch(0.8 0.11 203)" stopOpacity="0.85" />
          <stop offset="0.56" stopColor="oklch(0.75 0.1 207)" stopOpacity="0.25" />
          <stop offset="0.62" stopColor="oklch(0.72 0.1 210)" stopOpacity="0" />
        </linearGradient>
      </defs>
      {streams.map(({ d, i, width }) => (
        <path key={i} d={d} stroke="url(#river-fade)" strokeWidth={width} />
      ))}
      {streams.map(({ i, drop }) => (
        <circle key={i} cx={drop.x} cy={drop.y} r={3.5} fill="oklch(0.88 0.085 200)" />
      ))}
    </svg>
  );
}
