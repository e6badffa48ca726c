export * from "./model";
export { archiveAccount, listAccounts, openAccount, pauseAccount, resumeAccount, saveAccount, webPushKey } from "./accounts";
export { checkSender } from "./check-sender";
export { noteResult, takeTurns, usePlaces, type Turn } from "./breaker";
export {
  CallbackRefused,
  type Callback,
  type CallbackRequest,
  type Envelope,
  type OpenAccount,
  type SendResult,
  type Signal,
} from "./contract";
export { SENDERS } from "./senders";
export { sendTest } from "./test-send";
