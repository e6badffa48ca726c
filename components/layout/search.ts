/** One found person: a link and two texts, masked by the server where the viewer may not see personal data. */
export interface Found {
  href: string;
  label: string;
  detail?: string;
}

/** Asks `GET /api/search?q=`. */
export async function fetchSearch(text: string, signal: AbortSignal): Promise<Found[]> {
  const response = await fetch(`/api/search?q=${encodeURIComponent(text)}`, { signal });
  if (!response.ok) throw new Error(`search answered ${response.status}`);
  const body = (await response.json()) as { data?: Found[] };
  return Array.isArray(body.data) ? body.data : [];
}
