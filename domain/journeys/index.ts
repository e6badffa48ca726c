export * from "./graph";
export * from "./local-time";
export * from "./model";
export * from "./run-model";
export * from "./step";
