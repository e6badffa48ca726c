/** What a column can mean. Person details become traits; the rest are targets of their own. */
export type Concept =
  | "userId" | "email" | "phone" | "anonymousId"
  | "name" | "firstName" | "lastName" | "birthday" | "gender" | "age" | "company" | "title" | "website" | "username" | "language"
  | "street" | "city" | "state" | "postalCode" | "country"
  | "createdAt" | "updatedAt" | "timestamp" | "date"
  | "eventName" | "messageId"
  | "orderId" | "productId" | "productName" | "description" | "category" | "quantity" | "unitPrice" | "lineTotal" | "orderTotal" | "currency" | "coupon"
  | "id" | "consent"; // prettier-ignore

/**
 * Spellings per meaning, as `headerKey` writes them (lower case, no accents, no spaces or signs), in the languages
 * people export in. Whole headers are compared, never parts: "email opt in" is no e-mail address.
 */
const WORDS: Record<Concept, string> = {
  userId:
    "userid user uid customerid customernumber customerno customernr customercode customer clientid clientno clientnumber clientcode contactid memberid membernumber personid profileid externalid externalcustomerid crmid accountid subscriberid buyerid shopperid guestid patientid kundennummer kundennr kundenid kunde kdnr idcliente codigocliente codcliente numerocliente nocliente idclient numeroclient codeclient numclient codicecliente idkunde klantnummer klantid klantnr kundnummer kundenummer asiakasnumero idklienta numerklienta idzakaznika cislozakaznika musterino musteriid musterikodu клиентид idклиента номерклиента кодклиента 顧客id 顧客番号 顧客コード 会員番号 会員id ユーザーid お客様番号 客户id 客户编号 客户号 用户id 会员号 会员编号 用户编号 客戶編號 會員編號 고객id 고객번호 회원번호 회원id 사용자id رقمالعميل معرفالعميل معرفالمستخدم מספרלקוח מזההלקוח ग्राहकआईडी รหัสลูกค้า makhachhang idpelanggan κωδικοσπελατη",
  email:
    "email emailaddress emailid mail mailaddress emailprimary primaryemail emailaddr personalemail workemail email1 emailadresse mailadresse epost epostadress epostadresse epostadres correo correoelectronico correoe direcciondecorreo direccionemail courriel adressemail adresseemail adresseelectronique adressecourriel indirizzoemail posta postaelettronica enderecoemail enderecodeemail emailadres mailadres sahkoposti sahkopostiosoite adresemail adresmailowy emailova emailadresa eposta epostaadresi почта электроннаяпочта адресэлектроннойпочты емейл имейл эпочта メール メールアドレス eメール 電子メール 邮箱 电子邮箱 邮件 电子邮件 邮箱地址 電子郵件 電郵 信箱 이메일 이메일주소 메일 البريدالالكتروني البريدالإلكتروني البريد الايميل الإيميل דואל דואראלקטרוני אימייל מייל ईमेल อีเมล อีเมล์ ηλεκτρονικηδιευθυνση",
  phone:
    "phone phonenumber phoneno telephone telephonenumber tel telno telnumber mobile mobilephone mobilenumber mobileno cell cellphone cellnumber contactnumber contactphone phone1 primaryphone homephone workphone msisdn whatsapp whatsappnumber telefon telefonnummer telefonnr handy handynummer mobil mobilnummer rufnummer telefono numerodetelefono movil celular numerodecelular telephoneportable portable numerodetelephone cellulare numeroditelefono telefone telemovel telefoonnummer telefoon mobielnummer puhelin puhelinnumero numertelefonu komorka telefonnicislo ceptelefonu telefonnumarasi gsm телефон номертелефона мобильный мобильныйтелефон сотовый 電話 電話番号 携帯 携帯電話 携帯番号 手机 手机号 手机号码 电话 电话号码 联系电话 手機 手機號碼 電話號碼 전화 전화번호 휴대폰 휴대폰번호 핸드폰 연락처 هاتف الهاتف رقمالهاتف الجوال رقمالجوال موبايل טלפון טלפוןנייד נייד פון फोन मोबाइल เบอร์โทร โทรศัพท์ sodienthoai τηλεφωνο",
  anonymousId: "anonymousid anonid anonymous visitorid visitor deviceid cookieid clientuuid browserid gaclientid",
  name:
    "name fullname customername contactname clientname displayname personname username1 completename vollername vollstandigername namecomplete nombrecompleto nombreyapellidos nomcomplet nometprenom nomecompleto nomecognome volledigenaam naam fulltnavn fulltnamn navn namn koko nimi imienazwisko imieinazwisko celejmeno adsoyad adisoyadi isim фио имя полноеимя имяфамилия 名前 氏名 お名前 姓名 全名 名字 이름 성명 성함 الاسم الاسمالكامل اسم שם שםמלא नाम ชื่อ hoten hovaten ονομα ονοματεπωνυμο",
  firstName:
    "firstname first fname givenname forename prename vorname rufname nombre nombres primernombre prenom nome primeironome voornaam fornavn fornamn etunimi imie jmeno keresztnev adi имя1 名 ファーストネーム 이름1 الاسمالأول الاسمالاول שםפרטי ten prenume",
  lastName:
    "lastname last lname surname familyname secondname nachname familienname zuname apellido apellidos primerapellido nom nomdefamille cognome sobrenome apelido achternaam etternavn efternavn efternamn sukunimi nazwisko prijmeni vezeteknev soyad soyadi soyisim фамилия 姓 名字1 苗字 성 اسمالعائلة اللقب שםמשפחה नाम2 นามสกุล ho nume επωνυμο",
  birthday: "birthday birthdate dateofbirth dob birth bday geburtsdatum geburtstag fechadenacimiento fechanacimiento nacimiento datedenaissance datenaissance naissance datadinascita datanascita datadenascimento geboortedatum fodselsdato fodelsedag syntymaaika dataurodzenia datumnarozeni dogumtarihi датарождения деньрождения 生年月日 誕生日 生日 出生日期 생년월일 생일 تاريخالميلاد תאריךלידה วันเกิด ngaysinh ημερομηνιαγεννησης",
  gender: "gender sex geschlecht genero sexo genre sexe sesso genere geslacht kjonn kon sukupuoli plec pohlavi cinsiyet пол 性別 性别 성별 الجنس מין เพศ gioitinh φυλο",
  age: "age alter edad eta idade leeftijd alder ika wiek vek yas возраст 年齢 年龄 나이 العمر גיל อายุ tuoi",
  company: "company companyname organization organisation organizationname employer firm firma unternehmen firmenname empresa compania nombreempresa entreprise societe raisonsociale azienda societa bedrijf bedrijfsnaam foretag yritys przedsiebiorstwo spolecnost sirket компания организация 会社 会社名 企業名 公司 公司名称 公司名稱 회사 회사명 الشركة חברה บริษัท congty εταιρεια",
  title: "title jobtitle position jobrole berufsbezeichnung funktion cargo puesto poste fonction ruolo functie stanowisko должность 役職 職位 职位 직함 직책 المسمىالوظيفي תפקיד ตำแหน่ง chucvu",
  website: "website web url homepage webseite sitioweb siteweb sitoweb сайт 网站 ウェブサイト 홈페이지 الموقع אתר",
  username: "username login loginname nickname handle benutzername usuario identifiant utilizador gebruikersnaam логин 用户名 ユーザー名 아이디",
  language: "language locale lang preferredlanguage sprache idioma langue lingua taal jezyk dil язык 言語 语言 語言 언어 اللغة שפה",
  street: "street streetaddress address addressline1 address1 address2 addressline2 mailingaddress shippingaddress billingaddress strasse adresse anschrift calle direccion domicilio rue indirizzo via endereco morada rua adres straat katuosoite ulica utca cadde адрес улица 住所 番地 地址 街道 주소 العنوان شارع כתובת רחוב ที่อยู่ diachi διευθυνση οδος",
  city: "city town locality suburb cityname shippingcity billingcity stadt ort wohnort ciudad localidad poblacion municipio ville commune citta comune cidade localidade stad plaats woonplaats by poststed kaupunki miasto miejscowosc mesto varos sehir il город 市 市区町村 都市 城市 도시 المدينة מדינהעיר עיר שם ישוב เมือง จังหวัด thanhpho πολη",
  state: "state province region county stateprovince provinceregion shippingstate bundesland kanton provincia estado comunidad departement provincie fylke lan wojewodztwo kraj ilce область регион край 都道府県 省 省份 州 지역 시도 المحافظة الولاية מחוז tinh νομος",
  postalCode: "postalcode postcode zip zipcode zippostalcode pincode pin plz postleitzahl codigopostal cp codepostal cap cep postnummer postnr postinumero kodpocztowy psc iranyitoszam postakodu индекс почтовыйиндекс 郵便番号 邮编 邮政编码 郵遞區號 우편번호 الرمزالبريدي מיקוד รหัสไปรษณีย์ mabuudien ταχυδρομικοσκωδικας",
  country: "country countryname countrycode countryregion shippingcountry billingcountry nation land pais pays paese maa kraj1 panstwo zeme orszag ulke страна 国 国名 国家 国家地区 國家 국가 나라 البلد الدولة ארץ מדינה ประเทศ quocgia χωρα",
  createdAt: "createdat created createdon creationdate createddate signupdate signup signedupat registeredat registrationdate registrationtime joindate joined joinedat membersince customersince datejoined datecreated dateadded addedat subscribedat firstpurchase angelegtam erstelltam registriertam anmeldedatum kundeseit fechaalta fechaderegistro fechacreacion alta datedecreation dateinscription dateinscrit datacreazione dataregistrazione datacadastro datadecadastro aanmaakdatum registratiedatum opprettet skapad datarejestracji datautworzenia datumregistrace kayittarihi датарегистрации датасоздания 登録日 登録日時 作成日 注册时间 注册日期 创建时间 註冊日期 가입일 등록일 تاريخالتسجيل תאריךהרשמה ngaydangky",
  updatedAt: "updatedat updated lastupdated lastmodified modifiedat modified modifieddate lastmodifieddate lastchange geandertam zuletztgeandert aktualisiertam fechamodificacion ultimaactualizacion datemodification ultimamodifica atualizadoem gewijzigd дататизменения датаизменения 更新日 更新日時 更新时间 수정일 تاريخالتحديث",
  timestamp: "timestamp eventtime eventtimestamp eventdate occurredat occurredon occurred time datetime eventat sentat ts when happenedat eventdatetime activitydate visitedat zeitstempel zeitpunkt uhrzeit fechayhora fechahora marcadetiempo horodatage dataora datahora tijdstip tidspunkt aikaleima znacznikczasu zaman zamandamgasi время датаивремя 日時 タイムスタンプ 时间 时间戳 發生時間 시간 일시 الوقت זמן",
  date: "date day datum fecha jour data dato paivamaara tarih дата 日付 日期 날짜 التاريخ تاريخ תאריך วันที่ ngay ημερομηνια orderdate orderedat ordertime ordereddate invoicedate invoicetime purchasedate purchasedat purchasetime transactiondate transactiontime saledate salesdate paidat processedat orderplacedat orderplaced orderdatetime bookingdate bestelldatum rechnungsdatum kaufdatum bestellzeit auftragsdatum belegdatum fechapedido fechadecompra fechafactura fechacompra fechadepedido datecommande datedecommande dateachat datefacture dataordine dataacquisto dataordinazione datapedido datadacompra besteldatum aankoopdatum factuurdatum ordredato orderdatum tilauspaiva datazamowienia datazakupu datumobjednavky siparistarihi faturatarihi датазаказа датапокупки 注文日 注文日時 購入日 购买日期 下单时间 订单日期 订单时间 交易时间 訂單日期 주문일 주문일시 구매일 تاريخالطلب תאריךהזמנה ngaydathang",
  eventName: "event eventname eventtype action activity activityname activitytype eventlabel ereignis aktion evento evenement azione gebeurtenis aktivitet handelse tapahtuma zdarzenie udalost olay событие действие イベント イベント名 事件 事件名称 行为 事件名稱 이벤트 이벤트명 행동 الحدث אירוע",
  messageId: "messageid eventid eventuuid msgid activityid uuid eventkey",
  orderId: "orderid ordernumber orderno ordernr ordernum order orderref orderreference ordercode invoiceno invoicenumber invoiceid invoice invoicenr transactionid transactionnumber transactionno transaction receiptno receiptnumber receiptid receipt saleid salesorder basketid purchaseid purchaseorder bookingid billno bestellnummer bestellnr bestellid auftragsnummer auftragsnr rechnungsnummer rechnungsnr belegnummer numeropedido numerodepedido idpedido pedido numerofactura factura numerocommande numerodecommande idcommande commande numerofacture numeroordine idordine ordine numerofattura bestelnummer ordernummer factuurnummer ordrenummer fakturanummer tilausnumero numerzamowienia idzamowienia nrzamowienia cisloobjednavky siparisno siparisid faturano номерзаказа idзаказа заказ номерсчета 注文番号 注文id 受注番号 订单号 订单编号 订单id 訂單編號 訂單號 주문번호 주문id رقمالطلب رقمالفاتورة מספרהזמנה เลขที่ใบสั่งซื้อ madonhang αριθμοσπαραγγελιας",
  productId: "productid productno productnumber productcode product sku stockcode itemid itemno itemcode itemnumber itemsku articleid articleno articlenumber lineitemsku variantid variantsku ean upc gtin isbn barcode asin artikelnummer artikelnr produktnummer artnr idproducto codigoproducto codigodeproducto referencia referenceproduit codeproduit reference codiceprodotto codiceart codigoproduto codigodoproduto artikelcode productcodenr varenummer tuotenumero kodproduktu idproduktu kodvyrobku urunkodu urunid stokkodu артикул кодтовара idтовара 商品id 商品コード 商品番号 商品编号 商品编码 产品编号 商品編號 상품코드 상품번호 상품id 제품코드 رمزالمنتج מקט קודמוצר รหัสสินค้า masanpham κωδικοσπροιοντος",
  productName: "productname producttitle itemname item lineitemname itemtitle article articlename productdescription itemdescription artikelbezeichnung artikelname artikel produktname produkt bezeichnung produktbezeichnung nombreproducto nombredelproducto producto articulo nomproduit produit designation libelle nomeprodotto prodotto articolo nomeproduto produto productnaam varenavn produktnamn tuote nazwaproduktu towar nazevvyrobku urunadi urun товар наименование названиетовара 商品名 商品 品名 商品名称 产品名称 产品 商品名稱 상품명 상품 제품명 المنتج اسمالمنتج מוצר שםמוצר สินค้า ชื่อสินค้า tensanpham sanpham προιον",
  description: "description desc beschreibung descripcion descrizione descricao omschrijving beskrivelse beskrivning kuvaus opis popis aciklama описание 説明 描述 설명 الوصف תיאור",
  category: "category productcategory productcat itemcategory department productgroup producttype kategorie warengruppe produktkategorie categoria categoriaproducto categorie rayon categoriaprodotto productgroep kategori tuoteryhma kategoria kategorieproduktu категория カテゴリ カテゴリー 类别 品类 分类 分類 카테고리 الفئة קטגוריה หมวดหมู่ danhmuc κατηγορια",
  quantity: "quantity qty quantityordered orderquantity units unitsold itemquantity lineitemquantity itemcount count pieces noofitems menge anzahl stuck stuckzahl cantidad unidades quantite qte quantita qta quantidade qtd aantal hoeveelheid antal antall maara ilosc mnozstvi pocet miktar adet количество кол колво 数量 個数 件数 수량 الكمية כמות จำนวน soluong ποσοτητα",
  unitPrice: "unitprice price itemprice priceperunit lineitemprice productprice unitcost sellingprice saleprice listprice priceeach einzelpreis preis stuckpreis stueckpreis preciounitario precio prixunitaire prix pu prezzounitario prezzo precounitario preco stukprijs prijs eenheidsprijs pris stykpris yksikkohinta hinta cenajednostkowa cena cenazajednotku birimfiyat birimfiyati fiyat цена ценазаединицу 単価 価格 单价 价格 單價 단가 가격 سعرالوحدة السعر מחירליחידה מחיר ราคา ราคาต่อหน่วย dongia gia τιμη τιμημοναδασ",
  lineTotal: "linetotal lineamount rowtotal itemtotal lineprice linerevenue linenet extendedprice positionssumme zeilensumme gesamtpreis importelinea totallinea totalligne montantligne totaleriga totallinha regeltotaal radsumma wartoscpozycji satirtoplami 小計 小计 합계금액",
  orderTotal: "ordertotal total totalamount totalprice amount revenue sales salesamount grandtotal totalvalue ordervalue orderamount value sum subtotal purchaseamount transactionamount invoiceamount invoicetotal totalspent totalpaid betrag summe gesamtbetrag bestellwert umsatz rechnungsbetrag gesamtsumme importe montototal monto totalpedido importetotal ingresos montant montanttotal totalcommande chiffredaffaires importo totaleordine importototale ricavo valor valortotal totalpedido receita bedrag totaalbedrag totaal omzet belop ordresum summa kokonaissumma kwota suma wartosc wartosczamowienia castka celkem tutar toplam toplamtutar сумма итого суммазаказа выручка 合計 合計金額 金額 売上 总额 总金额 金额 订单金额 總金額 總額 총액 금액 결제금액 매출 المبلغ الإجمالي الاجمالي المجموع סכום סהכ ยอดรวม tongtien thanhtien συνολο ποσο",
  currency: "currency currencycode curr wahrung waehrung moneda divisa devise monnaie valuta moeda valuutta waluta mena parabirimi валюта 通貨 货币 币种 幣別 통화 العملة מטבע สกุลเงิน tiente νομισμα",
  coupon: "coupon couponcode discountcode promocode promotioncode vouchercode voucher gutschein gutscheincode rabattcode cupon codigodescuento codepromo coupondereduction codicesconto cupom kortingscode kod rabatowy kuponkodu промокод クーポン クーポンコード 优惠券 优惠码 優惠碼 쿠폰 쿠폰코드 كوبون קופון",
  id: "id nr no number nummer numero key code schlussel ident identifier ид 番号 编号 編號 번호 رقم מזהה",
  consent: "consent emailoptin optin smsoptin marketingconsent newsletter subscribed acceptsmarketing emailmarketingconsent emailsubscriptionstatus gdprconsent einwilligung consentimiento consentement consenso согласие 同意",
}; // prettier-ignore

const BY_KEY = new Map<string, Concept>();
for (const [concept, words] of Object.entries(WORDS) as [Concept, string][]) {
  for (const word of words.split(" ")) {
    const key = headerKey(word);
    if (!BY_KEY.has(key)) BY_KEY.set(key, concept);
  }
}

/** A header without case, accents, spaces and signs: "E-Mail Adresse" is "emailadresse". */
export function headerKey(header: string): string {
  return header
    .normalize("NFKD")
    .replaceAll("ß", "ss")
    .replaceAll(/[øØ]/g, "o")
    .replaceAll(/[łŁ]/g, "l")
    .replaceAll(/[đĐ]/g, "d")
    .replaceAll("ı", "i")
    .replaceAll(/[æÆ]/g, "ae")
    .replace(/(?<=\p{Script=Latin})\p{M}+/gu, "")
    .replace(/(?<=\p{Script=Greek})\p{M}+/gu, "")
    .normalize("NFC")
    .toLowerCase()
    .replaceAll("ς", "σ")
    .replaceAll(/[^\p{L}\p{N}\p{M}]+/gu, "");
}

/** Prefixes that say nothing by themselves: "customer e-mail", "billing city". */
const PREFIXES = [
  "customer",
  "client",
  "contact",
  "user",
  "member",
  "person",
  "profile",
  "billing",
  "shipping",
  "order",
  "lineitem",
  "product",
  "item",
  "primary",
  "kunden",
  "traits",
  "properties",
  "context",
];

/** The meaning of a header, by its whole text or without a common prefix; null when unknown. */
export function conceptOf(header: string): { concept: Concept; exact: boolean } | null {
  const key = headerKey(header);
  const whole = BY_KEY.get(key);
  if (whole) return { concept: whole, exact: true };
  for (const prefix of PREFIXES) {
    if (key.length <= prefix.length || !key.startsWith(prefix)) continue;
    const rest = BY_KEY.get(key.slice(prefix.length));
    if (rest && rest !== "id" && rest !== "name") return { concept: rest, exact: false };
  }
  return null;
}
