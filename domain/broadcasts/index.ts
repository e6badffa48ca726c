export { checkBroadcast } from "./check-broadcast";
export * from "./model";
export { broadcastNumbers } from "./numbers";
export { getBroadcast, listBroadcasts } from "./reads";
export { stepBroadcasts } from "./step-broadcasts";
export {
  archiveBroadcast,
  cancelBroadcast,
  createBroadcast,
  duplicateBroadcast,
  launchBroadcast,
  pauseBroadcast,
  resumeBroadcast,
  saveBroadcast,
} from "./verbs";
