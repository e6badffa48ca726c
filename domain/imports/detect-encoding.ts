import { isUtf8 } from "node:buffer";
import { analyse } from "chardet";
import type { Encoding } from "./model";

export interface DetectedEncoding {
  encoding: Encoding;
  /** "certain": byte order mark, valid UTF-8 with non-ASCII text, or plain ASCII; "likely" and "guess": look at the preview. */
  confidence: "certain" | "likely" | "guess";
  /** Length of the byte order mark. */
  bom: number;
}

/**
 * Which encoding a sample of a file is in. Byte order mark, then UTF-16 by its zero bytes, then strict UTF-8, then
 * the legacy encodings: each candidate is decoded and judged by what it makes of the words with non-ASCII bytes,
 * since statistics over bytes alone (chardet) are unreliable on short, mostly ASCII tables; they only break ties.
 */
export function detectEncoding(sample: Buffer): DetectedEncoding {
  if (sample[0] === 0xef && sample[1] === 0xbb && sample[2] === 0xbf) return { encoding: "utf-8", confidence: "certain", bom: 3 };
  if (sample[0] === 0xff && sample[1] === 0xfe) return { encoding: "utf-16le", confidence: "certain", bom: 2 };
  if (sample[0] === 0xfe && sample[1] === 0xff) return { encoding: "utf-16be", confidence: "certain", bom: 2 };
  const wide = wideOrder(sample);
  if (wide) return { encoding: wide, confidence: "likely", bom: 0 };
  if (isUtf8(withoutCutTail(sample))) return { encoding: "utf-8", confidence: "certain", bom: 0 };
  const words = highWords(sample);
  if (mostlyUtf8(words)) return { encoding: "utf-8", confidence: "likely", bom: 0 };
  return { ...legacy(words), bom: 0 };
}

/** UTF-16 without a byte order mark: text in most scripts has a zero in every other byte for commas, digits, line ends. */
function wideOrder(sample: Buffer): "utf-16le" | "utf-16be" | null {
  let even = 0;
  let odd = 0;
  const length = Math.min(sample.length, 8192) & ~1;
  for (let i = 0; i < length; i += 2) {
    if (sample[i] === 0) even++;
    if (sample[i + 1] === 0) odd++;
  }
  const pairs = length / 2;
  if (odd > pairs * 0.15 && even < odd / 10) return "utf-16le";
  if (even > pairs * 0.15 && odd < even / 10) return "utf-16be";
  return null;
}

/** Drops an unfinished UTF-8 sequence at the end of a sample that was cut somewhere. */
export function withoutCutTail(bytes: Buffer): Buffer {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes;
    if (byte >= 0xc0) {
      const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return needed > back ? bytes.subarray(0, bytes.length - back) : bytes;
    }
  }
  return bytes;
}

/** Runs of bytes with at least one above 0x7F, between ASCII separators; at most 4,000 of them. */
function highWords(sample: Buffer): Buffer[] {
  const words: Buffer[] = [];
  let start = 0;
  let high = false;
  for (let i = 0; i <= sample.length; i++) {
    const byte = sample[i] ?? 0x0a;
    if (byte >= 0x80) high = true;
    // Only characters that are never the second byte of a double-byte character end a word.
    else if (byte <= 0x2f) {
      if (high) words.push(sample.subarray(start, i));
      if (words.length >= 4000) break;
      start = i + 1;
      high = false;
    }
  }
  return words;
}

/** UTF-8 with a few broken bytes: better read as such, with a warning per line, than as another encoding throughout. */
function mostlyUtf8(words: Buffer[]): boolean {
  const valid = words.reduce((n, word) => n + (isUtf8(withoutCutTail(word)) ? 1 : 0), 0);
  return valid > 0 && valid >= words.length * 0.8;
}

interface Candidate {
  encoding: Encoding;
  /** Names under which chardet reports it. */
  chardet: string[];
  /** Letters usual in the languages written in it. */
  usual?: RegExp;
  /** Double-byte: lead bytes of the everyday characters. */
  leads?: [number, number][];
  prior: number;
}

const CANDIDATES: Candidate[] = [
  { encoding: "windows-1252", chardet: ["ISO-8859-1", "windows-1252"], usual: /[äöüßéèêëàâçñáíóúãõåøæœïîôûùìòÄÖÜÉÈÀÇÑÁÍÓÚÅØÆŒ’“”–€®™ºª]/, prior: 6 },
  { encoding: "windows-1250", chardet: ["ISO-8859-2", "windows-1250"], usual: /[ąćęłńóśźżĄĆĘŁŃÓŚŹŻáčďéěíňřšťúůýžŠČŘŽÝÁÍÉőűŐŰöüÖÜđĐâîăşţ„”’–€]/, prior: 3 },
  { encoding: "iso-8859-2", chardet: ["ISO-8859-2"], usual: /[ąćęłńóśźżĄĆĘŁŃÓŚŹŻáčďéěíňřšťúůýžŠČŘŽÝÁÍÉőűŐŰöüÖÜđĐâîăşţ]/, prior: 2 },
  { encoding: "windows-1251", chardet: ["windows-1251"], usual: /[а-яА-ЯёЁіїєґІЇЄҐўЎ№«»]/, prior: 4 },
  { encoding: "koi8-r", chardet: ["KOI8-R"], usual: /[а-яА-ЯёЁ]/, prior: 2 },
  { encoding: "ibm866", chardet: [], usual: /[а-яА-ЯёЁ]/, prior: 1 },
  { encoding: "windows-1253", chardet: ["ISO-8859-7", "windows-1253"], usual: /[α-ωΑ-Ωάέήίόύώς]/, prior: 3 },
  { encoding: "windows-1254", chardet: ["ISO-8859-9", "windows-1254"], usual: /[çğıöşüÇĞİÖŞÜâî’“”–€]/, prior: 3 },
  { encoding: "windows-1255", chardet: ["ISO-8859-8", "windows-1255"], usual: /[א-ת]/, prior: 3 },
  { encoding: "windows-1256", chardet: ["ISO-8859-6", "windows-1256"], usual: /[ء-ي،؟پچژگ]/, prior: 3 },
  { encoding: "windows-1257", chardet: ["windows-1257"], usual: /[āčēģīķļņšūžąęėįųĀČĒĢĪĶĻŅŠŪŽõäöüÕÄÖÜ]/, prior: 1 },
  { encoding: "windows-1258", chardet: [], usual: /[ăâđêôơưĂÂĐÊÔƠƯ]|\u0300|\u0301|\u0303|\u0309|\u0323/, prior: 0 },
  { encoding: "windows-874", chardet: [], usual: /[ก-ฺเ-๛]/, prior: 2 },
  { encoding: "shift_jis", chardet: ["Shift_JIS"], leads: [[0x81, 0x83], [0x88, 0x97]], prior: 3 },
  { encoding: "euc-jp", chardet: ["EUC-JP"], leads: [[0xa4, 0xa5], [0xb0, 0xcf]], prior: 1 },
  { encoding: "gb18030", chardet: ["GB18030"], leads: [[0xb0, 0xd7]], prior: 4 },
  { encoding: "big5", chardet: ["Big5"], leads: [[0xa4, 0xc6]], prior: 2 },
  { encoding: "euc-kr", chardet: ["EUC-KR"], leads: [[0xb0, 0xc8]], prior: 6 },
]; // prettier-ignore

function legacy(words: Buffer[]): { encoding: Encoding; confidence: "likely" | "guess" } {
  const joined = Buffer.concat(words.flatMap((word) => [word, Buffer.from(" ")]));
  const statistics = new Map(analyse(joined).map((match) => [match.name as string, match.confidence]));
  // Three stray bytes are no evidence of another script; one accented letter in a Latin word is.
  const bytes = words.reduce((n, word) => n + word.reduce((m, byte) => m + (byte >= 0x80 ? 1 : 0), 0), 0);
  const candidates = bytes < 4 ? CANDIDATES.filter((candidate) => /^(windows-125[0247]|iso)/.test(candidate.encoding)) : CANDIDATES;
  const scored = candidates
    .map((candidate) => {
      const byStatistics = Math.max(0, ...candidate.chardet.map((name) => statistics.get(name) ?? 0));
      return { encoding: candidate.encoding, score: plausibility(words, candidate) * 100 + byStatistics * 0.15 + candidate.prior };
    })
    .sort((a, b) => b.score - a.score);
  const [best, second] = scored;
  // Nothing makes words of it: broken UTF-8 rather than another encoding.
  if (!best || best.score < 45) return { encoding: "utf-8", confidence: "guess" };
  return { encoding: best.encoding, confidence: best.score >= 75 && best.score - (second?.score ?? 0) >= 4 ? "likely" : "guess" };
}

/** How much the words look like words when decoded so: 1 all usual letters in usual places, below 0 nonsense. */
function plausibility(words: Buffer[], candidate: Candidate): number {
  const decoder = new TextDecoder(candidate.encoding, { fatal: true });
  let score = 0;
  let total = 0;
  for (const word of words) {
    let text: string;
    try {
      text = decoder.decode(word);
    } catch {
      const weight = word.length;
      score -= weight;
      total += weight;
      continue;
    }
    const { points, letters } = candidate.leads
      ? doubleByteWord(word, text, candidate.leads)
      : singleByteWord(text, candidate.usual ?? /\p{L}/u);
    score += points;
    total += letters;
  }
  return total === 0 ? 0 : score / total;
}

function singleByteWord(text: string, usual: RegExp): { points: number; letters: number } {
  let points = 0;
  let letters = 0;
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    if (code < 0x80) continue;
    letters++;
    if (code < 0xa0 || (code >= 0xe000 && code < 0xf900)) points -= 2;
    else if (usual.test(char)) points += 1;
    else if (/[\p{L}\p{M}]/u.test(char)) points += 0.3;
    else points -= 0.5;
  }
  for (const part of text.split(/[^\p{L}\p{M}]+/u)) {
    if (!/[^\x00-\x7f]/.test(part)) continue; // oxlint-disable-line no-control-regex
    // One script a word; capitals only at its start or throughout.
    const latin = /\p{Script=Latin}/u.test(part);
    const other = /[^\p{Script=Latin}\p{M}]/u.test(part);
    if (latin && other) points -= part.length;
    else if (/\p{Ll}\p{Lu}/u.test(part)) points -= part.length * 0.5;
    // A Latin-script word without a single ASCII letter does not exist in practice.
    else if (latin && !/[A-Za-z]/.test(part)) points -= part.length;
  }
  return { points, letters };
}

function doubleByteWord(word: Buffer, text: string, leads: [number, number][]): { points: number; letters: number } {
  let points = 0;
  let letters = 0;
  for (let i = 0; i < word.length; i++) {
    const byte = word[i] ?? 0;
    if (byte < 0x80) continue;
    letters++;
    if (leads.some(([low, high]) => byte >= low && byte <= high)) points += 1;
    else points -= 0.2;
    i++;
  }
  // Full-width characters and ASCII letters do not share a word; private or rare planes are nonsense.
  if (/[A-Za-z]/.test(text)) points -= letters;
  if (/[\ue000-\uf8ff]|[\u{20000}-\u{3ffff}]/u.test(text)) points -= letters;
  return { points, letters };
}
