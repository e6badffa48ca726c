export interface Cluster {
  url: string;
  pid: number;
  port: number;
  data: string;
  adopted: boolean;
  stop(mode?: "fast" | "immediate"): Promise<void>;
}
export function startPostgres(options: {
  data: string;
  throwaway?: boolean;
  port?: number;
  extra?: Record<string, string | number>;
  say?: (text: string) => void;
}): Promise<Cluster>;
export function stopPostgres(pid: number, mode?: "fast" | "immediate"): Promise<void>;
export function startThrowaway(extra?: Record<string, string | number>): Promise<Cluster>;
export function holdCluster(options: {
  data: string;
  port?: number;
  extra?: Record<string, string | number>;
}): Promise<Cluster & { release(): Promise<void> }>;
