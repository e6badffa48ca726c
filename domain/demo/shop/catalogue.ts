import type { Random } from "@/domain/kernel/random";
import { cents, Wheel } from "./chance";
import { PRICE_LIST, type Currency } from "./places";

export interface Product {
  id: string;
  sku: string;
  name: string;
  category: Category;
  brand: string;
  /** Pounds. */
  price: number;
  /** How often it is bought; follows a long tail inside its category. */
  popularity: number;
  /** Beans and other things that run out. */
  consumable: boolean;
}

/** Category to its share of product views. */
const CATEGORIES = {
  "Espresso beans": 17,
  "Filter beans": 15,
  "Decaf & low caffeine": 5,
  "Espresso machines": 7,
  Grinders: 8,
  Brewers: 10,
  "Kettles & scales": 7,
  "Cups & glassware": 9,
  Accessories: 8,
  "Tea & chocolate": 6,
  Gifts: 6,
  "Courses & spares": 3,
} as const;
export type Category = keyof typeof CATEGORIES;

/** `name=price` by category, best-seller first. A `*` price marks a brand other than Fernhill: `name=price*Brand`. */
const RANGE: Record<Category, string> = {
  "Espresso beans":
    "Ember House Blend 250 g=8.5, Ember House Blend 1 kg=29, Nightjar Dark Roast 250 g=8.9, Nightjar Dark Roast 1 kg=31, Santos Chocolate 250 g=9.2, Monsoon Malabar 250 g=9.8, Harvest Season Espresso 250 g=10.5, Sidamo Espresso 250 g=11, Three Counties Espresso 1 kg=30, Copper Kettle Blend 500 g=16.5, Barista Trio 3 x 250 g=26",
  "Filter beans":
    "Morning Chapter Filter 250 g=8.9, Yirgacheffe Konga 250 g=11.5, Huila La Palma 250 g=10.8, Kenya Gichathaini AA 250 g=13.2, Guatemala Antigua 250 g=10.2, Panama Geisha 150 g=24, Sumatra Gayo 250 g=9.9, Rwanda Nyamasheke 250 g=11.2, Costa Rica Honey 250 g=11.8, Filter Sampler 4 x 100 g=19.5, Morning Chapter Filter 1 kg=31",
  "Decaf & low caffeine":
    "Quiet Evening Decaf 250 g=9.4, Quiet Evening Decaf 1 kg=32, Half Moon Half-Caff 250 g=9.2, Colombia Sugarcane Decaf 250 g=10.6, Decaf Espresso Pods 30=12.5",
  "Espresso machines":
    "Fernhill One connected espresso machine=549, Fernhill One Duo=799, Piccolo Lever Machine=389*Lunetta, Ascent Compact=279*Brightwater, Ascent Bean-to-Cup=649*Brightwater, Cometa Dual Boiler=1390*Lunetta, Roadside Portable Espresso=119*Fieldnote, Fernhill One Milk Pitcher Kit=39, Cometa Rotary Pro=2190*Lunetta",
  Grinders:
    "Millstone Hand Grinder=69, Millstone Hand Grinder Pro=129, Quern Electric Grinder=189*Brightwater, Quern 64 Flat Burr=429*Brightwater, Pocket Grinder=39*Fieldnote, Solo Single-Dose Grinder=349*Lunetta, Filter Burr Set=54, Grinder Brush=7.5, Dosing Cup 58 mm=16",
  Brewers:
    "Hillside Dripper 02=24, Hillside Dripper Set=46, Cafetière 8 cup=34, Cafetière 3 cup=26, Moka Pot 6 cup=38*Lunetta, Moka Pot 3 cup=29*Lunetta, Cold Brew Bottle 1 l=32, Syphon Brewer=118*Fieldnote, Travel Press=36*Fieldnote, Batch Brewer 1.25 l=199*Brightwater, Woodneck Drip Pot=58",
  "Kettles & scales":
    "Gooseneck Kettle 0.9 l=54, Gooseneck Electric Kettle=139*Brightwater, Stove-top Gooseneck=44, Brew Scale with Timer=49, Brew Scale Mini=39, Precision Scale Bluetooth=119*Fieldnote, Kettle Thermometer=14, Range Server 600 ml=22, Range Server 800 ml=26",
  "Cups & glassware":
    "Fernhill Mug 300 ml=14, Fernhill Mug Set of 4=48, Espresso Cup & Saucer=12.5, Cappuccino Cup & Saucer=14.5, Double-wall Glass Pair=22, Cortado Glass Set of 4=26, Travel Tumbler 350 ml=28, Travel Tumbler 500 ml=32, Enamel Camp Mug=11*Fieldnote, Tasting Spoon=9.5, Stoneware Latte Bowl=17",
  Accessories:
    "Paper Filters 02 x 100=5.5, Paper Filters 01 x 100=4.9, Descaler 500 ml=9, Cleaning Tablets x 60=11, Tamper 58 mm=34, Knock Box=27, Milk Pitcher 350 ml=19, Milk Pitcher 600 ml=23, Bean Vault 500 g=29, Bean Vault 1 kg=36, Barista Cloths x 3=10, Water Filter Cartridge x 2=18",
  "Tea & chocolate":
    "Fernhill Breakfast Tea 100 g=7.5, Earl Grey Loose Leaf 100 g=8, Sencha Uji 80 g=12.5, Rooibos & Orange 100 g=7.2, Dark Chocolate 70 % 90 g=5.2*Orchard & Oak, Milk Chocolate Hazelnut 90 g=5.4*Orchard & Oak, Drinking Chocolate 300 g=9.8*Orchard & Oak, Cascara 100 g=9, Chai Blend 120 g=8.8",
  Gifts:
    "Gift Card 25=25, Gift Card 50=50, The First Brew Box=59, The Espresso Lover Box=89, Advent Calendar 24 coffees=65, Chocolate & Coffee Hamper=45, Three-Month Coffee Gift=42, Six-Month Coffee Gift=79, Stocking Filler Trio=18",
  "Courses & spares":
    "Home Barista Class=75, Latte Art Workshop=85, Roastery Tour & Tasting=35, Group Head Gasket=8, Portafilter Basket 18 g=24, Cafetière Spare Beaker=12, Steam Wand Tip=10, Online Brewing Course=29",
};

const CONSUMABLE = new Set<Category>(["Espresso beans", "Filter beans", "Decaf & low caffeine", "Tea & chocolate"]);

function makeCatalogue(): Product[] {
  const products: Product[] = [];
  for (const [category, list] of Object.entries(RANGE) as [Category, string][]) {
    list.split(", ").forEach((entry, rank) => {
      const [name = "", rest = ""] = entry.split("=");
      const [price = "", brand = "Fernhill"] = rest.split("*");
      const n = products.length + 1;
      products.push({
        id: `prd_${String(n).padStart(3, "0")}`,
        sku: `FH-${1000 + n * 7}`,
        name,
        category,
        brand,
        price: Number(price),
        popularity: 1 / (rank + 1.5) ** 0.8,
        consumable: CONSUMABLE.has(category),
      });
    });
  }
  return products;
}

export const CATALOGUE: readonly Product[] = makeCatalogue();
export const CATEGORY_NAMES = Object.keys(CATEGORIES) as Category[];

const byCategory = new Map(
  CATEGORY_NAMES.map((category) => [
    category,
    new Wheel(
      CATALOGUE.filter((product) => product.category === category),
      (product) => product.popularity,
    ),
  ]),
);
const categoryWheel = new Wheel(CATEGORY_NAMES, (category) => CATEGORIES[category]);
const consumables = new Wheel(
  CATALOGUE.filter((product) => product.consumable),
  (product) => product.popularity,
);

/** A category to look at; people come back to their favourite. */
export const drawCategory = (random: Random, favourite: Category): Category =>
  random.chance(0.45) ? favourite : categoryWheel.draw(random);

export function drawProduct(random: Random, category: Category): Product {
  const wheel = byCategory.get(category);
  if (!wheel) throw new Error(`no products in ${category}`);
  return wheel.draw(random);
}

/** Beans, tea and what else runs out, for repeat orders. */
export const drawConsumable = (random: Random): Product => consumables.draw(random);
export const favouriteCategory = (random: Random): Category => categoryWheel.draw(random);

/** The price on the currency's list: pounds as they are, others rounded to ten cents. */
export function priceIn(product: Product, currency: Currency): number {
  return currency === "GBP" ? product.price : Math.round(product.price * PRICE_LIST[currency] * 10) / 10;
}

export interface Line {
  product: Product;
  quantity: number;
}

/** The product as it stands in an event's properties (Segment's e-commerce vocabulary). */
export function productProperties(product: Product, currency: Currency, quantity?: number): Record<string, string | number> {
  return {
    product_id: product.id,
    sku: product.sku,
    name: product.name,
    category: product.category,
    brand: product.brand,
    price: priceIn(product, currency),
    ...(quantity === undefined ? {} : { quantity }),
  };
}

export interface Totals {
  subtotal: number;
  discount: number;
  shipping: number;
  tax: number;
  /** Goods less discount: what counts as revenue (without shipping and tax). */
  revenue: number;
  total: number;
}

/** Adds an order up: `discountShare` off the goods, delivery free above 35, tax included in the price of 1/6. */
export function totals(lines: readonly Line[], currency: Currency, discountShare: number, freeDelivery: boolean): Totals {
  const gross = cents(lines.reduce((sum, { product, quantity }) => sum + priceIn(product, currency) * quantity, 0));
  const discount = cents(gross * discountShare);
  const goods = cents(gross - discount);
  const tax = cents(goods / 6);
  const shipping = freeDelivery || goods >= 35 * PRICE_LIST[currency] ? 0 : cents(3.95 * PRICE_LIST[currency]);
  return { subtotal: gross, discount, shipping, tax, revenue: cents(goods - tax), total: cents(goods + shipping) };
}
