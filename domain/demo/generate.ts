import type { DemoMessage, DemoOptions } from "./model";
import { Calendar } from "./shop/calendar";
import { CampaignPlan } from "./shop/campaigns";
import { planExperiments, type DemoExperiment } from "./shop/experiments";
import type { World } from "./shop/life";
import { makeHousehold } from "./shop/people";
import { tellHousehold } from "./shop/story";

/** The frame of one history: days, campaigns, experiments. */
export function demoWorld(anchor: Date): World {
  const calendar = new Calendar(anchor);
  return { calendar, plan: new CampaignPlan(calendar), experiments: planExperiments(calendar) };
}

/** The experiments of a history with their true effects. */
export const demoExperiments = (anchor: Date): DemoExperiment[] => Object.values(demoWorld(anchor).experiments);

export interface DemoPart {
  household: number;
  /** People told so far, this household included. */
  people: number;
  messages: DemoMessage[];
}

/**
 * The story in messages, household by household: the memory it takes does not grow with the number of people. The same
 * options give the same messages, byte by byte, and more people only add to what fewer have. With `household` and `told`
 * it goes on from there.
 */
export function* generateDemo(options: DemoOptions & { household?: number; told?: number }): Generator<DemoPart> {
  const world = demoWorld(options.anchor);
  let people = options.told ?? 0;
  for (let index = options.household ?? 0; people < options.people; index++) {
    const household = makeHousehold(options.seed, index, world.calendar);
    household.people.length = Math.min(household.people.length, options.people - people);
    people += household.people.length;
    yield { household: index, people, messages: [...tellHousehold(world, household).messages()] };
  }
}
