import { consentSets } from "./consent-sets";
import { broadcasts } from "./broadcasts";
import { eventBlocks } from "./event-blocks";
import { jobHandlers } from "./job-handlers";
import { jobLoop } from "./jobs";
import { journeys } from "./journeys";
import type { Loop } from "./loop";
import { messages } from "./messages";
import { maintenance } from "./maintenance";
import { processing } from "./processing";
import { computedTraits } from "./computed-traits";
import { segmentUpkeep } from "./segment-upkeep";
import { segments } from "./segments";
import { touches } from "./touches";

/** Every loop of the worker. A new one is added here; its types are in loop.ts. */
export const loops: readonly Loop[] = [
  processing,
  segments,
  touches,
  journeys,
  messages,
  broadcasts,
  computedTraits,
  eventBlocks,
  consentSets,
  segmentUpkeep,
  maintenance,
  jobLoop(jobHandlers),
];
