/** What is measured and what it is measured beside, bundled for the bench as `npm start` bundles the product. */
export { createCollect } from "../collect/listener";
export { echoServer } from "./echo";
