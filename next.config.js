/** @type {import("next").NextConfig} */
const config = {
  // Lockfiles in parent folders must not move the project root.
  turbopack: { root: import.meta.dirname },
  poweredByHeader: false,
  reactStrictMode: true,
  // `npm test` checks types over the whole tree; a start need not wait for it.
  typescript: { ignoreBuildErrors: true },
  // The optimiser has a history of advisories and we serve no user images through it.
  images: { unoptimized: true },
  // Native or worker-thread packages stay outside the bundle.
  serverExternalPackages: ["@node-rs/argon2", "mjml-core", "mjml-preset-core", "pino", "postgres"],
  experimental: {
    // `forbidden()` answers 403 with the "no access" page.
    authInterrupts: true,
    serverActions: {
      bodySizeLimit: "1mb",
      ...(process.env.APP_ORIGIN ? { allowedOrigins: [new URL(process.env.APP_ORIGIN).host] } : {}),
    },
  },
};

export default config;
