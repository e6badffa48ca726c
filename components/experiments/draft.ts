import type { Experiment, ExperimentInput } from "@/domain/experiments/model";
import type { Result } from "@/domain/kernel/model";

export interface ExperimentChanges {
  save(input: unknown): Promise<Result<{ id: string }>>;
  archive(input: unknown): Promise<Result<unknown>>;
}

/** What the form holds; `id` null: a new experiment. Arms keep a key of their own while their ids are typed. */
export interface ExperimentDraft extends Omit<ExperimentInput, "arms"> {
  readonly id: string | null;
  readonly arms: readonly (ExperimentInput["arms"][number] & { readonly key: number })[];
}

export function newDraft(today: string, conversionId: string): ExperimentDraft {
  return {
    id: null,
    name: "",
    hypothesis: "",
    assignment: { kind: "events", experiment: "" },
    arms: [
      { key: 0, id: "control", name: "Control", control: true, share: 1, group: null },
      { key: 1, id: "treatment", name: "Treatment", control: false, share: 1, group: null },
    ],
    metric: { kind: "conversion", conversionId },
    windowDays: 14,
    startsOn: today,
    endsOn: null,
    plannedPeople: 10_000,
    exposureEvent: null,
    covers: null,
  };
}

export function draftOf(experiment: Experiment): ExperimentDraft {
  const { id, registered, status: _status, adaptive: _adaptive, arms, ...rest } = experiment;
  return { ...rest, id: registered ? id : null, arms: arms.map((arm, key) => ({ ...arm, key })) };
}
