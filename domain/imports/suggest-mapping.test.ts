import { describe, expect, it } from "vitest";
import { importMappingSchema } from "./schemas";
import { keyFor, suggestMapping } from "./suggest-mapping";
import type { ImportMapping } from "./model";

const options = { timeZone: "UTC", currency: null, defaultCountry: null };

function suggest(table: string[][], kind?: "people" | "events" | "transactions") {
  const [headers = [], ...rows] = table;
  return suggestMapping(
    headers,
    headers.map((_, i) => rows.map((row) => row[i] ?? "")),
    { ...options, kind },
  );
}

const targets = (table: string[][]): string[] =>
  suggest(table).columns.map((column) => column.target + (column.key ? `:${column.key}` : ""));
const mapping = (table: string[][]): ImportMapping => {
  const { columns, ...rest } = suggest(table);
  return { ...rest, columns: columns.map(({ confidence: _c, reason: _r, warning: _w, ...column }) => column) };
};

describe("suggestMapping", () => {
  it("chooses right for online-retail", () => {
    const table = [
      ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"],
      ["536365", "85123A", "WHITE HANGING HEART", "6", "2010-12-01 08:26:00", "2.55", "17850", "United Kingdom"],
      ["C536379", "D", "Discount", "-1", "2010-12-01 09:41:00", "27.5", "", "France"],
    ];
    expect(suggest(table).kind).toBe("transactions");
    expect(targets(table)).toEqual([
      "order_id",
      "product_id",
      "product_name",
      "quantity",
      "timestamp",
      "unit_price",
      "user_id",
      "trait:address.country",
    ]);
    expect(importMappingSchema.parse(mapping(table)).kind).toBe("transactions");
  });

  it.each([
    ["English CRM", ["Contact ID", "E-mail Address", "First Name", "Last Name", "Mobile Phone", "Zip/Postal Code", "Date of Birth"]],
    ["German", ["Kundennummer", "E-Mail-Adresse", "Vorname", "Nachname", "Telefonnummer", "PLZ", "Geburtsdatum"]],
    ["French", ["Numéro client", "Adresse e-mail", "Prénom", "Nom de famille", "Téléphone portable", "Code postal", "Date de naissance"]],
    ["Spanish", ["ID cliente", "Correo electrónico", "Nombre", "Apellidos", "Teléfono", "Código postal", "Fecha de nacimiento"]],
    ["Polish", ["ID klienta", "Adres e-mail", "Imię", "Nazwisko", "Telefon", "Kod pocztowy", "Data urodzenia"]],
    ["Turkish", ["Müşteri No", "E-posta", "Adı", "Soyadı", "Telefon Numarası", "Posta Kodu", "Doğum Tarihi"]],
    ["Russian", ["ID клиента", "Электронная почта", "Имя1", "Фамилия", "Телефон", "Индекс", "Дата рождения"]],
    ["Japanese", ["会員番号", "メールアドレス", "名", "姓", "電話番号", "郵便番号", "生年月日"]],
    ["Chinese", ["客户编号", "电子邮箱", "名", "姓", "手机号码", "邮政编码", "出生日期"]],
    ["Korean", ["고객번호", "이메일", "이름1", "성", "휴대폰번호", "우편번호", "생년월일"]],
    ["Arabic", ["رقم العميل", "البريد الإلكتروني", "الاسم الأول", "اسم العائلة", "رقم الهاتف", "الرمز البريدي", "تاريخ الميلاد"]],
    ["Hebrew", ["מספר לקוח", "דואר אלקטרוני", "שם פרטי", "שם משפחה", "טלפון", "מיקוד", "תאריך לידה"]],
  ])("understands %s headers", (_, headers) => {
    const row = ["00017", "a@x.example", "Ada", "Lovelace", "+4930123456", "10115", "1990-12-10"];
    expect(targets([headers, row])).toEqual([
      "user_id",
      "email",
      "trait:firstName",
      "trait:lastName",
      "phone",
      "trait:address.postalCode",
      "trait:birthday",
    ]);
    expect(suggest([headers, row]).kind).toBe("people");
  });

  it("recognises events, and keeps revenue by its own name", () => {
    const table = [
      ["event_name", "timestamp", "user_id", "anonymous_id", "Revenue", "Page URL"],
      ["Order Completed", "2026-01-01T10:00:00Z", "u1", "a1", "12.50", "https://shop.example/"],
    ];
    expect(suggest(table).kind).toBe("events");
    expect(targets(table)).toEqual(["event_name", "timestamp", "user_id", "anonymous_id", "property:revenue", "property:page_url"]);
    expect(suggest(table).columns[4]?.type).toBe("number");
  });

  it("goes by the values where the name says nothing, and distrusts a name that they contradict", () => {
    expect(
      targets([
        ["col_a", "Handle"],
        ["x@y.example", "adal"],
        ["z@y.example", "grace"],
      ]),
    ).toEqual(["email", "trait:username"]);
    const { columns } = suggest([
      ["E-mail", "id"],
      ["yes", "17"],
      ["no", "18"],
    ]);
    expect(columns[0]).toMatchObject({ target: "trait", warning: expect.stringContaining("not e-mail") });
  });

  it("gives a target that one column can have to the better-named one", () => {
    const { columns } = suggest([
      ["Customer E-mail", "Email", "Secondary E-mail"],
      ["a@x.example", "a@x.example", "b@x.example"],
    ]);
    expect(columns.map((column) => column.target)).toEqual(["trait", "email", "trait"]);
  });

  it("states the type: ids and postal codes stay text, decimals by comma, dates with their order", () => {
    const { columns } = suggest([
      ["email", "Loyalty No", "Score", "VIP", "Joined", "Last visit", "Zip"],
      ["a@x.example", "00123", "1,5", "yes", "31.12.2025", "01/02/2026", "1234"],
      ["b@x.example", "00124", "2,25", "no", "01.02.2025", "03/04/2026", "5678"],
      ["c@x.example", "00125", "3,75", "yes", "05.06.2025", "03/05/2026", "9999"],
    ]);
    expect(columns.map((column) => column.type)).toEqual([undefined, undefined, "number", "boolean", "date", "date", undefined]);
    expect(columns[2]?.decimal).toBe(",");
    expect(columns[4]?.dateOrder).toBe("dmy");
    expect(columns[5]).toMatchObject({ warning: expect.stringContaining("State which comes first") });
    expect(columns[5]?.dateOrder).toBeUndefined();
  });

  it("asks for the country of national phone numbers", () => {
    expect(
      suggest([
        ["email", "Phone"],
        ["a@x.example", "0171 2345678"],
      ]).columns[1]?.warning,
    ).toContain("choose their country");
    expect(
      suggest([
        ["email", "Phone"],
        ["a@x.example", "+49 171 2345678"],
      ]).columns[1]?.warning,
    ).toBeUndefined();
  });

  it("uses an id column as the user id when nothing else identifies the person", () => {
    expect(
      suggest([
        ["id", "plan"],
        ["17", "pro"],
        ["18", "free"],
      ]).columns[0]?.target,
    ).toBe("user_id");
  });

  it("makes usable names out of any header", () => {
    expect(["Loyalty Tier", "fooBar", " a.b ", "名前", "\u202egpj", "=cmd|' /C calc'!A0", "..."].map(keyFor)).toEqual([
      "loyalty_tier",
      "foo_bar",
      "a_b",
      "名前",
      "gpj",
      "=cmd|'_c_calc'!a0",
      "column",
    ]);
  });
});

describe("importMappingSchema", () => {
  const email = { column: "email", target: "email" };
  const fails = (input: unknown): string[] => {
    const parsed = importMappingSchema.safeParse(input);
    return parsed.success ? [] : parsed.error.issues.map((issue) => issue.message);
  };
  it("accepts the least there is, with defaults", () => {
    expect(importMappingSchema.parse({ kind: "people", columns: [email] })).toEqual({
      kind: "people",
      columns: [email],
      eventName: null,
      timeZone: "UTC",
      currency: null,
      defaultCountry: null,
    });
  });
  it.each([
    ["no identifier", { kind: "people", columns: [{ column: "a", target: "trait", key: "a" }] }, /identifies the person/],
    ["no event name", { kind: "events", columns: [email, { column: "t", target: "timestamp" }] }, /event's name/],
    ["no time", { kind: "events", columns: [email], eventName: "X" }, /Time|time/],
    [
      "no order number",
      {
        kind: "transactions",
        columns: [
          { column: "t", target: "timestamp" },
          { column: "p", target: "unit_price" },
        ],
      },
      /order number/,
    ],
    [
      "no amount",
      {
        kind: "transactions",
        columns: [
          { column: "t", target: "timestamp" },
          { column: "o", target: "order_id" },
        ],
      },
      /amount/,
    ],
    ["a target twice", { kind: "people", columns: [email, { column: "b", target: "email" }] }, /another column already/],
    [
      "a name twice",
      { kind: "people", columns: [email, { column: "b", target: "trait", key: "x" }, { column: "c", target: "trait", key: "x.y" }] },
      /another column already/,
    ],
    ["a reserved name", { kind: "people", columns: [email, { column: "b", target: "trait", key: "a.__proto__" }] }, /reserved/],
    ["no name", { kind: "people", columns: [email, { column: "b", target: "trait" }] }, /needs a name/],
    ["a target of another kind", { kind: "people", columns: [email, { column: "b", target: "unit_price" }] }, /no meaning/],
    ["a zone that is none", { kind: "people", columns: [email], timeZone: "Mars/Olympus" }, /time zone/],
  ])("refuses %s", (_, input, message) => {
    expect(fails(input).some((text) => message.test(text))).toBe(true);
  });
});
