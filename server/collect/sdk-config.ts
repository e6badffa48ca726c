import type { KeySource } from "@/domain/sources";

/**
 * Settings that Segment's browser SDK fetches before it sends. Only its own destination is listed: with more entries it
 * would fetch bundles that do not exist. `apiHost` carries /v1 and no scheme.
 */
export function segmentSettings(writeKey: string, host: string, protocol: "http" | "https"): unknown {
  return {
    integrations: {
      "Segment.io": {
        apiKey: writeKey,
        apiHost: `${host}/v1`,
        protocol,
        addBundledMetadata: true,
        unbundledIntegrations: [],
        maybeBundledConfigIds: {},
      },
    },
    plan: {
      track: { __default: { enabled: true, integrations: {} } },
      identify: { __default: { enabled: true } },
      group: { __default: { enabled: true } },
    },
    edgeFunction: {},
    analyticsNextEnabled: true,
    middlewareSettings: {},
    enabledMiddleware: {},
    metrics: { sampleRate: 0 },
    legacyVideoPluginsEnabled: false,
    remotePlugins: [],
  };
}

/** What RudderStack's browser SDK fetches before it sends: the source, no destinations. */
export function rudderSourceConfig(writeKey: string, source: KeySource): unknown {
  return {
    source: {
      id: source.id,
      name: source.name,
      writeKey,
      enabled: source.status === "enabled",
      workspaceId: "tributary",
      destinations: [],
      config: { statsCollection: { errors: { enabled: false }, metrics: { enabled: false } } },
      dataplanes: {},
      connections: [],
    },
    updatedAt: source.updatedAt.toISOString(),
  };
}
