import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { inspectFile } from "./inspect-file";
import type { DetectedFile } from "./model";
import { detectFormat, readRecords } from "./read-file";

const folder = mkdtempSync(join(tmpdir(), "imports-"));
afterAll(() => rmSync(folder, { recursive: true }));
const options = { timeZone: "UTC", currency: null, defaultCountry: null };
const torture = (file: string): Promise<DetectedFile> => inspectFile(join(import.meta.dirname, "fixtures/torture", file), {}, options);

let n = 0;
function file(content: Buffer | string): string {
  const path = join(folder, `${n++}.csv`);
  writeFileSync(path, content);
  return path;
}

describe("awkward files", () => {
  it("takes a byte order mark off the first header", async () => {
    const { headers, rows } = await torture("bom_utf8.csv");
    expect(headers[0]).toBe("email");
    expect(rows).toHaveLength(1);
  });

  it("refuses an empty file, and one with nothing below its headers", async () => {
    await expect(torture("empty.csv")).rejects.toMatchObject({ code: "empty_file" });
    await expect(inspectFile(file("a,b\n"), {}, options)).rejects.toMatchObject({ code: "no_rows" });
    await expect(inspectFile(file(",,\n1,2,3\n"), {}, options)).rejects.toMatchObject({ code: "empty_header" });
  });

  it("names the line with invalid bytes", async () => {
    const { warnings, format } = await torture("invalid_utf8.csv");
    expect(format.encoding).toBe("utf-8");
    expect(warnings).toContainEqual(expect.objectContaining({ code: "invalid_bytes", line: 2 }));
  });

  it("keeps ids as text", async () => {
    const { rows, suggestion } = await torture("leading_zero_ids.csv");
    expect(rows.map((row) => row.cells.slice(1))).toEqual([
      ["00123", "0049301234567"],
      ["1E5", "+49301234567"],
    ]);
    expect(suggestion.columns.map((column) => column.target)).toEqual(["email", "user_id", "phone"]);
  });

  it("reads mixed line ends, quoted newlines and the sep= line", async () => {
    expect((await torture("mixed_eol.csv")).rows).toHaveLength(3);
    expect((await torture("quoted_newlines.csv")).rows.map((row) => row.cells[1])).toEqual(['line1\nline2, with comma\r\nline3 "quoted"']);
    const sep = await torture("sep_line.csv");
    expect([sep.format.delimiter, sep.headers, sep.rows]).toEqual([";", ["email", "name"], [{ line: 3, cells: ["a@x.example", "A"] }]]);
  });

  it("refuses reserved headers by name", async () => {
    await expect(torture("proto_header.csv")).rejects.toMatchObject({
      code: "forbidden_header",
      message: expect.stringMatching(/"__proto__" and "constructor"/),
    });
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it("refuses more columns than the limit, with both numbers", async () => {
    await expect(torture("wide_1000_cols.csv")).rejects.toMatchObject({
      code: "too_many_columns",
      message: expect.stringMatching(/1,000.*500/),
    });
  });

  it("refuses an unclosed quote with its line", async () => {
    await expect(torture("unclosed_quote.csv")).rejects.toMatchObject({ code: "unclosed_quote", line: 2 });
  });

  it("keeps a formula as a header, and warns of characters that turn the text round", async () => {
    expect((await torture("formula_header.csv")).headers).toEqual(["email", "=cmd|' /C calc'!A0"]);
    const rtl = await torture("rtl.csv");
    expect(rtl.rows).toHaveLength(2);
    expect(rtl.warnings).toContainEqual(expect.objectContaining({ code: "bidi_characters", line: 2 }));
  });

  it("makes repeated and empty headers unique", async () => {
    const { headers, warnings } = await inspectFile(file("email,,email,\na@b.example,1,2,3\n"), {}, options);
    expect(headers).toEqual(["email", "Column 2", "email (2)", "Column 4"]);
    expect(warnings.map((warning) => warning.code)).toEqual(["empty_header_cell", "duplicate_header", "empty_header_cell"]);
  });

  it("refuses binary files", async () => {
    await expect(
      inspectFile(file(Buffer.from([0x50, 0x4b, 3, 4, ...Array.from({ length: 500 }, (_, i) => (i * 7) % 31)])), {}, options),
    ).rejects.toMatchObject({
      code: "not_text",
    });
  });

  it("reads gzip, refuses a damaged one and a bomb", async () => {
    const csv = "email,name\n".concat("a@b.example,Zoë\n".repeat(50_000));
    const { format, rows } = await inspectFile(file(gzipSync(csv)), {}, options);
    expect([format.gzip, rows[0]?.cells[1]]).toEqual([true, "Zoë"]);
    const cut = gzipSync(csv);
    await expect(count(file(cut.subarray(0, cut.length - 40)))).rejects.toMatchObject({ code: "bad_gzip" });
    const bomb = file(gzipSync(Buffer.concat([Buffer.from("a,b\n"), Buffer.alloc(90 * 1024 * 1024, "x,y\n")])));
    await expect(count(bomb)).rejects.toMatchObject({ code: "inflates_too_far" });
  });

  it("finds broken bytes far into a file, by line", async () => {
    const lines = Array.from({ length: 60_000 }, (_, i) => `user${i}@example.com,Zoë ${i}`);
    const bytes = Buffer.from(`email,name\n${lines.join("\n")}\n`);
    const at = bytes.indexOf("user50000@");
    bytes[at] = 0xff;
    const path = file(bytes);
    const state = { warnings: [], blankLines: 0 };
    let rows = 0;
    for await (const batch of readRecords(path, await detectFormat(path), state)) rows += batch.records.length;
    expect(rows).toBe(60_001);
    expect(state.warnings).toEqual([expect.objectContaining({ code: "invalid_bytes", line: 50_002 })]);
  });
});

async function count(path: string): Promise<number> {
  let rows = 0;
  for await (const batch of readRecords(path, await detectFormat(path))) rows += batch.records.length;
  return rows;
}

/** Bytes of a text in an encoding, made with the decoder: what each byte (or pair) means is looked up backwards. */
function encode(text: string, encoding: string): Buffer {
  if (encoding.startsWith("utf-16")) {
    const le = Buffer.from(text, "utf16le");
    return encoding === "utf-16le" ? le : le.swap16();
  }
  const decoder = new TextDecoder(encoding, { fatal: true });
  const table = new Map<string, number[]>();
  const learn = (bytes: number[]): void => {
    try {
      const char = decoder.decode(new Uint8Array(bytes));
      if (Array.from(char).length === 1 && !table.has(char)) table.set(char, bytes);
    } catch {
      // Not a character of this encoding.
    }
  };
  for (let a = 0; a < 256; a++) learn([a]);
  for (let a = 0x81; a < 256; a++) for (let b = 0x40; b < 256; b++) learn([a, b]);
  return Buffer.from(Array.from(text).flatMap((char) => table.get(char) ?? fail(char, encoding)));
}

function fail(char: string, encoding: string): never {
  throw new Error(`${char} is not in ${encoding}`);
}

describe("encodings", () => {
  const german = "E-Mail,Name,Stadt\na@x.example,Jürgen Groß,Köln\nb@x.example,Zoë Müller,München\n";
  const polish = "email,nazwisko,miasto\na@x.example,Łukasz Żółć,Łódź\nb@x.example,Świętosław Kąś,Kraków\n";
  const russian = "email,имя,город\na@x.example,Иван Петров,Москва\nb@x.example,Ольга Смирнова,Санкт-Петербург\n";
  const greek = "email,όνομα,πόλη\na@x.example,Γιώργος Παπαδόπουλος,Αθήνα\n";
  const turkish = "email,ad,şehir\na@x.example,Çağlar Işık,İstanbul\nb@x.example,Ayşe Güneş,Eskişehir\n";
  const hebrew = "email,שם,עיר\na@x.example,משה כהן,ירושלים\n";
  const arabic = "email,الاسم,المدينة\na@x.example,محمد علي,القاهرة\nb@x.example,فاطمة الزهراء,دمشق\n";
  const thai = "email,ชื่อ,เมือง\na@x.example,สมชาย,กรุงเทพ\n";
  const japanese = "email,名前,都市\na@x.example,山田 太郎,東京都\nb@x.example,すずき はなこ,オオサカ\n";
  const chinese = "email,姓名,城市\na@x.example,王小明,北京市\nb@x.example,李雷,上海市\n";
  const taiwanese = "email,姓名,城市\na@x.example,王小明,臺北市\nb@x.example,陳美麗,高雄市\n";
  const korean = "email,이름,도시\na@x.example,김철수,서울\nb@x.example,박영희,부산광역시\n";
  it.each([
    ["utf-8", german],
    ["utf-8", arabic],
    ["utf-8", "email,name\na@x.example,𝒵oë 👩‍👩‍👧\n"],
    ["utf-16le", russian],
    ["utf-16be", german],
    ["windows-1252", german],
    ["windows-1250", polish],
    ["iso-8859-2", polish],
    ["windows-1251", russian],
    ["koi8-r", russian],
    ["ibm866", russian],
    ["windows-1253", greek],
    ["windows-1254", turkish],
    ["windows-1255", hebrew],
    ["windows-1256", arabic],
    ["windows-874", thai],
    ["shift_jis", japanese],
    ["euc-jp", japanese],
    ["gb18030", chinese],
    ["big5", taiwanese],
    ["euc-kr", korean],
  ])("detects %s and reads it right", async (encoding, text) => {
    const path = file(encoding === "utf-8" ? Buffer.from(text) : encode(text, encoding));
    const { format, headers, rows } = await inspectFile(path, {}, options);
    expect(format.encoding).toBe(encoding);
    expect([headers, ...rows.map((row) => row.cells)]).toEqual(
      text
        .trim()
        .split("\n")
        .map((line) => line.split(",")),
    );
  });

  it("recognises one accented name in an otherwise plain file", async () => {
    const path = file(encode(`email,name\n${"a@x.example,Smith\n".repeat(30_000)}b@x.example,Müller\n`, "windows-1252"));
    expect(await detectFormat(path)).toMatchObject({ encoding: "windows-1252" });
  });

  it("obeys a chosen encoding and delimiter", async () => {
    const path = file(encode("email;имя\na@x.example;Иван\n", "koi8-r"));
    const { rows, format } = await inspectFile(path, { encoding: "koi8-r", delimiter: ";" }, options);
    expect(rows[0]?.cells).toEqual(["a@x.example", "Иван"]);
    expect(format).toMatchObject({ encodingConfidence: "chosen", delimiterChosen: true });
  });
});

describe("delimiters", () => {
  it.each([
    [",", "a,b,c\n1,2,3\n"],
    [";", "a;b;c\n1,5;2,5;3\n4;5,5;6\n"],
    ["\t", "a\tb, c\td\n1\t2, 3\t4\n"],
    ["|", "a|b\nx;y|z\n"],
    [",", "one column\nvalue\n"],
    [";", 'name;note\nA;"a, b, c"\nB;"x, y, z"\n'],
  ])("finds %j", async (delimiter, text) => {
    expect((await detectFormat(file(text))).delimiter).toBe(delimiter);
  });
});
