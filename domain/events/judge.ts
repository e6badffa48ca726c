/**
 * The part of this room's door that needs no database: a thread that only judges loads a tenth of what `index.ts` brings.
 */
export { judgeMessage, type JudgeInput, type Judgement } from "./judge-message";
export { elementSpans, memberSpan } from "./raw-json";
