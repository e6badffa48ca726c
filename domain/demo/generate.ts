import type { DemoMessage, DemoOptions } from "./model";
import { Calendar } from "./shop/calendar";
import { CampaignPlan } from "./shop/campaigns";
import { planExperiments } from "./shop/experiments";
import type { World } from "./shop/life";
import { makeHousehold } from "./shop/people";
import { tellHousehold } from "./shop/story";

/** The frame of one history: days, campaigns, experiments. */
export function demoWorld(anchor: Date): World {
  const calendar = new Calendar(anchor);
  return { calendar, plan: new CampaignPlan(calendar), experiments: planExperiments(calendar) };
}

export interface DemoBatch {
  /** People told so far, after this batch. */
  people: number;
  messages: DemoMessage[];
}

/**
 * The story in messages, household by household: the memory it takes does not grow with the number of people. The same
 * options give the same messages, byte by byte; a larger `people` only appends.
 */
export function* generateDemo(options: DemoOptions): Generator<DemoBatch> {
  const world = demoWorld(options.anchor);
  let people = 0;
  for (let index = 0; people < options.people; index++) {
    const household = makeHousehold(options.seed, index, world.calendar);
    household.people.length = Math.min(household.people.length, options.people - people);
    people += household.people.length;
    yield { people, messages: [...tellHousehold(world, household).messages()] };
  }
}
