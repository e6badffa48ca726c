export * from "./compare";
export * from "./distributions";
export * from "./experiment";
