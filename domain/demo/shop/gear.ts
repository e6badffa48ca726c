/** Devices and their user agents. */
export interface Gear {
  mobile: boolean;
  tablet?: boolean;
  os: "iOS" | "iPadOS" | "Android" | "Windows" | "macOS" | "Linux";
  osVersion: string;
  manufacturer: string;
  model: string;
  userAgent: string;
  width: number;
  height: number;
}

const APPLE = "AppleWebKit/605.1.15 (KHTML, like Gecko)";
const CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0";

const iphone = (model: string, osVersion: string, width: number, height: number): Gear => ({
  mobile: true,
  os: "iOS",
  osVersion,
  manufacturer: "Apple",
  model,
  userAgent: `Mozilla/5.0 (iPhone; CPU iPhone OS ${osVersion.replaceAll(".", "_")} like Mac OS X) ${APPLE} Version/${osVersion} Mobile/15E148 Safari/604.1`,
  width,
  height,
});
const android = (manufacturer: string, model: string, osVersion: string): Gear => ({
  mobile: true,
  os: "Android",
  osVersion,
  manufacturer,
  model,
  userAgent: `Mozilla/5.0 (Linux; Android ${osVersion}; ${model}) ${CHROME} Mobile Safari/537.36`,
  width: 412,
  height: 915,
});
const desktop = (os: "Windows" | "macOS" | "Linux", osVersion: string, userAgent: string, width: number, height: number): Gear => ({
  mobile: false,
  os,
  osVersion,
  manufacturer: os === "macOS" ? "Apple" : "",
  model: os === "macOS" ? "Macintosh" : "PC",
  userAgent,
  width,
  height,
});

export const PHONES: readonly Gear[] = [
  iphone("iPhone 17", "26.1", 402, 874),
  iphone("iPhone 16 Pro", "26.0", 402, 874),
  iphone("iPhone 15", "18.6", 393, 852),
  iphone("iPhone SE", "17.7", 375, 667),
  android("Google", "Pixel 9", "16"),
  android("Google", "Pixel 8a", "15"),
  android("Samsung", "SM-S931B", "16"),
  android("Samsung", "SM-A556B", "15"),
  android("Fairphone", "FP6", "15"),
];

export const TABLETS: readonly Gear[] = [
  {
    mobile: true,
    tablet: true,
    os: "iPadOS",
    osVersion: "18.6",
    manufacturer: "Apple",
    model: "iPad Air",
    userAgent: `Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) ${APPLE} Version/18.6 Mobile/15E148 Safari/604.1`,
    width: 820,
    height: 1180,
  },
  { ...android("Samsung", "SM-X216B", "15"), tablet: true, width: 800, height: 1280 },
];

export const BROWSERS: readonly Gear[] = [
  desktop("Windows", "10", `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME} Safari/537.36`, 1920, 1080),
  desktop("Windows", "10", "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0", 1536, 864),
  desktop("Windows", "10", `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME} Safari/537.36 Edg/141.0.0.0`, 1920, 1080),
  desktop("macOS", "10.15.7", `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${APPLE} Version/26.0 Safari/605.1.15`, 1512, 982),
  desktop("macOS", "10.15.7", `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${CHROME} Safari/537.36`, 1728, 1117),
  desktop("Linux", "", "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0", 1920, 1200),
];
