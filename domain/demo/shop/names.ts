import type { Random } from "@/domain/kernel/random";

export interface PersonName {
  first: string;
  last: string;
  /** In Latin letters, for the mailbox. */
  latin: string;
  /** Family name first, without a space. */
  joined: boolean;
}

interface Names {
  first: readonly string[];
  last: readonly string[];
  familyFirst?: boolean;
}

const names = (first: string, last: string): Names => ({ first: first.split(" "), last: last.split(" ") });
const eastern = (first: string, last: string): Names => ({ ...names(first, last), familyFirst: true });

/** Names by language. `native|latin` where the script is not Latin. */
const NAMES: Record<string, Names> = {
  en: names(
    "Olivia Amelia Isla Ava Grace Freya Florence Poppy Charlotte Evie Ruby Alice Hannah Priya Aisha Zara Chloe Megan Niamh Imogen Eleanor Martha Naomi Esther Oliver George Noah Arthur Harry Leo Oscar Theodore Jack Finley Archie Samuel Daniel Joseph Callum Rhys Ewan Kwame Ravi Omar Tariq Lewis Toby Hugo Edmund Marcus",
    "Smith Jones Taylor Brown Williams Wilson Johnson Davies Patel Robinson Wright Thompson Evans Walker White Roberts Green Hall Thomas Clarke Jackson Wood Harris Edwards Turner Martin Cooper Hill Ward Hughes Moore Clark King Begum Lewis Baker Shaw Campbell Stewart MacDonald Murphy O'Brien Okafor Mensah Chaudhry Ahmed Ashworth Pemberton Hartley Fairclough Nightingale Whitlock",
  ),
  de: names(
    "Anna Lena Marie Sophie Johanna Katharina Clara Mia Hannah Greta Ursula Birgit Ayşe Lukas Jonas Felix Maximilian Paul Leon Jürgen Matthias Björn Stefan Emre Thomas Jörg",
    "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf Schröder Neumann Schwarz Krüger Yılmaz Groß Vogel Kühn Böhm Weiß",
  ),
  fr: names(
    "Camille Léa Manon Chloé Inès Élodie Margaux Juliette Amélie Océane Zoé Noémie Lucas Hugo Théo Jules Étienne François Raphaël Mathéo Gaël Loïc Benoît Cédric",
    "Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefèvre Michel Garcia David Bertrand Roux Vincent Fournier Gérard Bonnet Mercier Benoît",
  ),
  nl: names(
    "Emma Sanne Lotte Fleur Anouk Femke Daan Sem Bram Thijs Jeroen Pieter Willem Joost Maaike Iris",
    "De-Jong Jansen De-Vries Bakker Visser Smit Meijer Mulder Bos Vos Peters Hendriks Dekker Dijkstra Kuipers Veenstra",
  ),
  es: names(
    "Lucía Sofía María Paula Carmen Inés Nuria Begoña Hugo Martín Álvaro Adrián Íñigo José Sergio Jordi",
    "García Martínez López Sánchez Pérez Gómez Martín Jiménez Ruiz Hernández Muñoz Álvarez Núñez Peña Ibáñez Vázquez",
  ),
  it: names(
    "Giulia Sofia Aurora Chiara Francesca Martina Elena Beatrice Leonardo Francesco Lorenzo Matteo Niccolò Andrea Davide Giuseppe",
    "Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti De-Luca Costa D'Amico",
  ),
  sv: names(
    "Alice Maja Elsa Astrid Wilma Åsa Ebba Linnéa Lars Erik Oskar Nils Björn Håkan Gösta Sven",
    "Andersson Johansson Karlsson Nilsson Eriksson Larsson Olsson Persson Svensson Lindström Bergström Sjöberg Åkesson Öberg Lundqvist Ekström",
  ),
  pl: names(
    "Zofia Zuzanna Maja Agnieszka Małgorzata Katarzyna Łucja Joanna Jakub Szymon Paweł Łukasz Michał Grzegorz Wojciech Stanisław",
    "Nowak Kowalska Wiśniewska Wójcik Kowalczyk Kamińska Lewandowska Zielińska Szymańska Woźniak Dąbrowska Kozłowska Jankowska Mazur Krawczyk Gołąb",
  ),
  el: names(
    "Μαρία|Maria Ελένη|Eleni Κατερίνα|Katerina Σοφία|Sofia Γιώργος|Giorgos Δημήτρης|Dimitris Νίκος|Nikos Ηλίας|Ilias",
    "Παπαδόπουλος|Papadopoulos Οικονόμου|Oikonomou Γεωργίου|Georgiou Νικολάου|Nikolaou Παππάς|Pappas Αντωνίου|Antoniou",
  ),
  uk: names(
    "Олена|Olena Наталія|Nataliia Ірина|Iryna Софія|Sofiia Андрій|Andrii Тарас|Taras Олексій|Oleksii Богдан|Bohdan",
    "Шевченко|Shevchenko Коваленко|Kovalenko Бондаренко|Bondarenko Ткаченко|Tkachenko Кравчук|Kravchuk Мельник|Melnyk",
  ),
  ja: eastern(
    "陽菜|Hina 結衣|Yui さくら|Sakura 美咲|Misaki 葵|Aoi 健太|Kenta 翔太|Shota 大輔|Daisuke 悠斗|Yuto 蓮|Ren",
    "佐藤|Sato 鈴木|Suzuki 高橋|Takahashi 田中|Tanaka 伊藤|Ito 渡辺|Watanabe 山本|Yamamoto 小林|Kobayashi",
  ),
  ko: eastern(
    "서연|Seoyeon 지우|Jiwoo 하은|Haeun 민준|Minjun 서준|Seojun 도윤|Doyun 지훈|Jihun 수빈|Subin",
    "김|Kim 이|Lee 박|Park 최|Choi 정|Jung 강|Kang 조|Cho 윤|Yoon",
  ),
  zh: eastern(
    "雅婷|Yating 怡君|Yijun 淑芬|Shufen 志明|Zhiming 家豪|Jiahao 俊傑|Junjie 欣怡|Xinyi 承恩|Chengen",
    "陳|Chen 林|Lin 黃|Huang 張|Chang 李|Lee 王|Wang 吳|Wu 劉|Liu",
  ),
  hi: names(
    "आरव|Aarav विवान|Vivaan अनन्या|Ananya दीया|Diya ईशान|Ishaan कविता|Kavita राहुल|Rahul सुनीता|Sunita",
    "शर्मा|Sharma वर्मा|Verma गुप्ता|Gupta सिंह|Singh पटेल|Patel मेहता|Mehta रेड्डी|Reddy अय्यर|Iyer",
  ),
  ar: names(
    "فاطمة|Fatima مريم|Mariam نورة|Noura ليلى|Layla محمد|Mohammed أحمد|Ahmed خالد|Khalid يوسف|Youssef",
    "المنصوري|Almansoori الهاشمي|Alhashimi الشامسي|Alshamsi النعيمي|Alnuaimi حداد|Haddad خوري|Khoury",
  ),
  he: names(
    "נועה|Noa תמר|Tamar מאיה|Maya יעל|Yael דוד|David אורי|Uri איתי|Itai יונתן|Yonatan",
    "כהן|Cohen לוי|Levi מזרחי|Mizrahi פרץ|Peretz ביטון|Biton פרידמן|Friedman",
  ),
};

/** Letters that do not fall apart into a base letter and accents. */
const FOLD: Record<string, string> = { ß: "ss", ł: "l", ø: "o", æ: "ae", ı: "i" };

const latinLetters = (text: string): string =>
  text
    .toLowerCase()
    .normalize("NFD")
    .replaceAll(/[ßłøæı]/g, (letter) => FOLD[letter] ?? letter)
    .replaceAll(/[^a-z]/g, "");

/** A name as people of that locale have; `family` keeps the family name of a household. */
export function personName(random: Random, locale: string, family?: PersonName): PersonName {
  const list = NAMES[locale.slice(0, 2)] ?? NAMES["en"];
  if (!list) throw new Error("no names");
  const [first = "", firstLatin = first] = random.pick(list.first).split("|");
  const pair = random.pick(list.last).split("|");
  const [last = "", lastLatin = last] = pair.map((part) => part.replaceAll("-", " "));
  const joined = list.familyFirst === true;
  if (family) return { first, last: family.last, latin: `${latinLetters(firstLatin)}.${family.latin.split(".")[1] ?? ""}`, joined };
  return { first, last, latin: `${latinLetters(firstLatin)}.${latinLetters(lastLatin)}`, joined };
}

/** As the person writes it. */
export const fullName = (name: PersonName): string => (name.joined ? `${name.last}${name.first}` : `${name.first} ${name.last}`);
