export * from "./access";
export * from "./audit";
export * from "./computed-traits";
export * from "./events";
export * from "./governance";
export * from "./profiles";
export * from "./segments";
export * from "./sources";
