/** The first that matches counts: most browsers also name those that they descend from. */
const browsers: [RegExp, string][] = [
  [/\bEdg(e|A|iOS)?\//, 'Edge'],
  [/\b(OPR|OPT|Opera)\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/(Chrome|CriOS|Chromium)\//, 'Chrome'],
  [/\bVersion\/\S+ .*Safari\//, 'Safari'],
];

const systems: [RegExp, string][] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bMacintosh\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
];

/** Characters of a text that names no known browser. */
const longestText = 60;

export interface DeviceName {
  browser: string | undefined;
  system: string | undefined;
  /** The beginning of the text itself. */
  text: string;
}

/** @param userAgent the header `User-Agent` of the sign-in */
export function deviceName(userAgent: string): DeviceName {
  const find = (names: [RegExp, string][]) => names.find(([pattern]) => pattern.test(userAgent))?.[1];
  const characters = [...userAgent];
  const text =
    characters.length > longestText ? `${characters.slice(0, longestText - 1).join('')}…` : userAgent;
  return { browser: find(browsers), system: find(systems), text };
}
