/** One touch of a path while it is being transformed: its channel and which touch of the original path it is. */
export interface PathStep {
  readonly channel: string;
  readonly touch: number;
}

/** Path transforms with the meaning of google/fractribution's; they chain in the order given. */
export type PathTransform =
  | { readonly kind: "unique" }
  /** Consecutive repeats become one. */
  | { readonly kind: "exposure" }
  /** The first of each channel stays. */
  | { readonly kind: "first" }
  /** The first of each channel with how often it was met, as "Email (3)". */
  | { readonly kind: "frequency" }
  /** The last `touches` stay; 0 or less keeps all. */
  | { readonly kind: "trim_long_path"; readonly touches: number }
  /** The channel is left out, unless the path is made of it alone. */
  | { readonly kind: "remove_if_not_all"; readonly channel: string }
  /** The channel's run at the end is left out, unless the path is made of it alone. */
  | { readonly kind: "remove_if_last_and_not_all"; readonly channel: string };

export function transformPath(steps: readonly PathStep[], transforms: readonly PathTransform[]): readonly PathStep[] {
  return transforms.reduce(apply, steps);
}

function apply(steps: readonly PathStep[], transform: PathTransform): readonly PathStep[] {
  switch (transform.kind) {
    case "unique":
      return steps;
    case "exposure":
      return steps.filter((step, i) => i === 0 || steps[i - 1]?.channel !== step.channel);
    case "first":
      return firstOfEach(steps);
    case "frequency": {
      const counts = new Map<string, number>();
      for (const step of steps) counts.set(step.channel, (counts.get(step.channel) ?? 0) + 1);
      return firstOfEach(steps).map((step) => ({ ...step, channel: `${step.channel} (${counts.get(step.channel) ?? 0})` }));
    }
    case "trim_long_path":
      return transform.touches <= 0 ? steps : steps.slice(-transform.touches);
    case "remove_if_not_all": {
      const others = steps.filter((step) => step.channel !== transform.channel);
      return others.length === 0 ? steps : others;
    }
    case "remove_if_last_and_not_all": {
      let end = steps.length;
      while (end > 0 && steps[end - 1]?.channel === transform.channel) end--;
      return end === 0 ? steps : steps.slice(0, end);
    }
  }
}

function firstOfEach(steps: readonly PathStep[]): PathStep[] {
  const seen = new Set<string>();
  return steps.filter((step) => {
    if (seen.has(step.channel)) return false;
    seen.add(step.channel);
    return true;
  });
}
