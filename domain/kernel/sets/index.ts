export { IdSet } from "./id-set";
