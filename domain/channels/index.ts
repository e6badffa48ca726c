export * from "./model";
export { archiveAccount, listAccounts, openAccount, pauseAccount, resumeAccount, saveAccount, webPushKey } from "./accounts";
export { checkSender } from "./check-sender";
export { noteResult, takeTurns, usePlaces } from "./breaker";
export { CallbackRefused, type CallbackRequest, type OpenAccount, type SendResult, type Signal } from "./contract";
export { SENDERS } from "./senders";
export { sendTest } from "./test-send";
