export function parseEnvFile(text: string): Record<string, string>;
export function loadEnv(root: string): void;
