import type { SourceType } from "@/domain/sources/model";

export interface Snippet {
  id: string;
  label: string;
  language: "html" | "ts" | "sh" | "python" | "go" | "swift" | "kotlin";
  /** How the library is installed, where it is. */
  install?: string;
  code: string;
}

export const KEY_PLACEHOLDER = "YOUR_WRITE_KEY";

type Make = (origin: string, key: string) => Snippet;

// Mobile SDKs take host and path without a scheme and always speak https.
const hostOf = (origin: string): string => origin.replace(/^https?:\/\//, "");

const browserSnippet: Make = (origin, key) => ({
  id: "snippet",
  label: "Website snippet",
  language: "html",
  code: `<!-- Before </head> -->
<script>
  !function () {
    var a = (window.analytics = window.analytics || []);
    if (a.initialize || a.invoked) return;
    a.invoked = true;
    a.methods = "track page identify group alias screen reset ready on off once setAnonymousId trackLink trackForm trackClick trackSubmit debug register addSourceMiddleware addDestinationMiddleware".split(" ");
    a.factory = function (method) {
      return function () {
        if (window.analytics.initialized) return window.analytics[method].apply(window.analytics, arguments);
        a.push([method].concat([].slice.call(arguments)));
        return a;
      };
    };
    a.methods.forEach(function (method) { a[method] = a.factory(method); });
    a._writeKey = "${key}";
    a._cdn = "${origin}";
    var script = document.createElement("script");
    script.async = true;
    script.src = a._cdn + "/analytics.js/v1/" + a._writeKey + "/analytics.min.js";
    document.head.appendChild(script);
    a.page();
  }();
</script>`,
});

const browserNpm: Make = (origin, key) => ({
  id: "browser",
  label: "Segment, browser",
  language: "ts",
  install: "npm install @segment/analytics-next",
  code: `import { AnalyticsBrowser } from "@segment/analytics-next";

export const analytics = AnalyticsBrowser.load({
  writeKey: "${key}",
  cdnURL: "${origin}",
});

analytics.identify("user-1", { email: "jane@example.com" });
analytics.track("Order Completed", { order_id: "A-1", revenue: 39.9, currency: "EUR" });`,
});

const node: Make = (origin, key) => ({
  id: "node",
  label: "Segment, Node",
  language: "ts",
  install: "npm install @segment/analytics-node",
  code: `import { Analytics } from "@segment/analytics-node";

const analytics = new Analytics({ writeKey: "${key}", host: "${origin}" });

analytics.identify({ userId: "user-1", traits: { email: "jane@example.com" } });
analytics.track({ userId: "user-1", event: "Order Completed", properties: { order_id: "A-1", revenue: 39.9 } });
await analytics.closeAndFlush();`,
});

const rudderWeb: Make = (origin, key) => ({
  id: "rudder-web",
  label: "RudderStack, browser",
  language: "ts",
  install: "npm install @rudderstack/analytics-js",
  code: `import { RudderAnalytics } from "@rudderstack/analytics-js";

const analytics = new RudderAnalytics();
analytics.load("${key}", "${origin}", {
  configUrl: "${origin}",
  lockIntegrationsVersion: true,
  lockPluginsVersion: true,
});

analytics.page();
analytics.track("Order Completed", { order_id: "A-1", revenue: 39.9 });`,
});

const rudderNode: Make = (origin, key) => ({
  id: "rudder-node",
  label: "RudderStack, Node",
  language: "ts",
  install: "npm install @rudderstack/rudder-sdk-node",
  code: `import RudderAnalytics from "@rudderstack/rudder-sdk-node";

const analytics = new RudderAnalytics("${key}", { dataPlaneUrl: "${origin}" });

analytics.track({ userId: "user-1", event: "Order Completed", properties: { order_id: "A-1", revenue: 39.9 } });
analytics.flush();`,
});

const curl: Make = (origin, key) => ({
  id: "curl",
  label: "curl",
  language: "sh",
  code: `curl "${origin}/v1/track" -u "${key}:" -H "content-type: application/json" -d '{
  "userId": "user-1",
  "event": "Order Completed",
  "properties": { "order_id": "A-1", "revenue": 39.9, "currency": "EUR" }
}'`,
});

const http: Make = (origin, key) => ({
  id: "http",
  label: "HTTP batch",
  language: "sh",
  code: `# Up to 2,500 messages and 4 MiB a call. A message keeps its messageId over retries: it is stored once.
curl "${origin}/v1/batch" -H "content-type: application/json" -d '{
  "writeKey": "${key}",
  "batch": [
    { "type": "identify", "messageId": "m-1", "userId": "user-1", "traits": { "email": "jane@example.com" } },
    { "type": "track", "messageId": "m-2", "userId": "user-1", "event": "Product Viewed", "timestamp": "2026-01-31T09:30:00Z" }
  ]
}'`,
});

const python: Make = (origin, key) => ({
  id: "python",
  label: "Python",
  language: "python",
  install: "pip install segment-analytics-python",
  code: `import segment.analytics as analytics

analytics.write_key = "${key}"
analytics.host = "${origin}"

analytics.track("user-1", "Order Completed", {"order_id": "A-1", "revenue": 39.9})
analytics.flush()`,
});

const go: Make = (origin, key) => ({
  id: "go",
  label: "Go",
  language: "go",
  install: "go get github.com/segmentio/analytics-go/v3",
  code: `client, err := analytics.NewWithConfig("${key}", analytics.Config{Endpoint: "${origin}"})
if err != nil {
	log.Fatal(err)
}
defer client.Close()

client.Enqueue(analytics.Track{
	UserId:     "user-1",
	Event:      "Order Completed",
	Properties: analytics.NewProperties().Set("order_id", "A-1").SetRevenue(39.9),
})`,
});

const swift: Make = (origin, key) => ({
  id: "ios",
  label: "iOS (Swift)",
  language: "swift",
  install: "https://github.com/segmentio/analytics-swift",
  code: `import Segment

let analytics = Analytics(configuration: Configuration(writeKey: "${key}")
  .apiHost("${hostOf(origin)}/v1")
  .cdnHost("${hostOf(origin)}/v1")
  .trackApplicationLifecycleEvents(true))

analytics.track(name: "Order Completed", properties: ["order_id": "A-1", "revenue": 39.9])`,
});

const kotlin: Make = (origin, key) => ({
  id: "android",
  label: "Android (Kotlin)",
  language: "kotlin",
  install: 'implementation("com.segment.analytics.kotlin:android:1.+")',
  code: `val analytics = Analytics("${key}", applicationContext) {
  apiHost = "${hostOf(origin)}/v1"
  cdnHost = "${hostOf(origin)}/v1"
  trackApplicationLifecycleEvents = true
}

analytics.track("Order Completed", buildJsonObject { put("order_id", "A-1"); put("revenue", 39.9) })`,
});

const BROWSER = [browserSnippet, browserNpm, rudderWeb];
const SERVER = [node, rudderNode, python, go];
const PLAIN = [curl, http];
const MOBILE = [swift, kotlin];

const ORDER: Record<SourceType, readonly Make[]> = {
  website: [...BROWSER, ...PLAIN, ...SERVER, ...MOBILE],
  mobile: [...MOBILE, ...PLAIN, ...SERVER, ...BROWSER],
  server: [...SERVER, ...PLAIN, ...BROWSER, ...MOBILE],
  crm: [...PLAIN, ...SERVER, ...BROWSER, ...MOBILE],
  email: [...PLAIN, ...SERVER, ...BROWSER, ...MOBILE],
  pos: [...PLAIN, ...SERVER, ...BROWSER, ...MOBILE],
  support: [...PLAIN, ...SERVER, ...BROWSER, ...MOBILE],
  iot: [...PLAIN, ...SERVER, ...MOBILE, ...BROWSER],
  csv: [...PLAIN, ...SERVER, ...BROWSER, ...MOBILE],
};

/** How to send to this install with each SDK, the fitting ones first. `origin` has no slash at its end. */
export const snippetsFor = (type: SourceType, origin: string, key: string | null): Snippet[] =>
  ORDER[type].map((make) => make(origin, key ?? KEY_PLACEHOLDER));
