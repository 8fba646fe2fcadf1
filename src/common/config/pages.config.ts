import { Transform } from 'class-transformer';
import { IsEmail, IsIn, IsOptional, IsUrl, Matches } from 'class-validator';
import { type ConfigOf, defineNamespace } from './config-namespace.js';
import { PublicUrlEnvironment } from './http.config.js';
import { AreReturnUrls, list } from './validators.js';

/** Used without APP_COLOR. */
const defaultColor = '#1f4fd8';

class PagesEnvironment extends PublicUrlEnvironment {
  @IsIn(['on', 'off'], { message: 'must be on or off' })
  PAGES: 'on' | 'off' = 'off';

  @IsOptional()
  @IsUrl(
    { require_tld: false, protocols: ['http', 'https'], require_protocol: true },
    { message: 'must be an http(s) URL' },
  )
  APP_LOGO_URL?: string;

  @IsOptional()
  @Matches(/^#[0-9a-f]{6}$/i, { message: 'must be a color such as #1f4fd8' })
  APP_COLOR = defaultColor;

  @IsOptional()
  @IsEmail({}, { message: 'must be an e-mail address' })
  SUPPORT_EMAIL?: string;

  @IsOptional()
  @Transform(list)
  @AreReturnUrls()
  RETURN_URLS?: string[];
}

export const pagesConfig = defineNamespace(
  'pages',
  PagesEnvironment,
  (environment) => ({
    /** Whether Usher serves the hosted pages. */
    enabled: environment.PAGES === 'on',
    logoUrl: environment.APP_LOGO_URL === undefined ? undefined : new URL(environment.APP_LOGO_URL),
    /** `#rrggbb` in lower case; white text on it has a contrast of at least 4.5. */
    color: environment.APP_COLOR.toLowerCase(),
    supportEmail: environment.SUPPORT_EMAIL,
    /** Where a sign-in may return to: these URLs and paths below them. */
    returnUrls: (environment.RETURN_URLS ?? []).map((url) => new URL(url)),
  }),
  ({ PAGES, PUBLIC_URL, APP_COLOR }) => {
    const problems: string[] = [];
    if (PAGES === 'on' && PUBLIC_URL === undefined)
      problems.push('PUBLIC_URL is missing: PAGES=on needs it for links and for the check of the origin');
    if (/^#[0-9a-f]{6}$/i.test(APP_COLOR)) {
      const contrast = contrastWithWhite(APP_COLOR);
      if (contrast < leastContrast)
        problems.push(
          `APP_COLOR has a contrast of ${contrast.toFixed(1)} with white text; choose a darker color with at least ${leastContrast}`,
        );
    }
    return problems;
  },
);
export type PagesConfig = ConfigOf<typeof pagesConfig>;

/** WCAG 2.2, success criterion 1.4.3, level AA. */
const leastContrast = 4.5;

/** The contrast ratio of white text on a color `#rrggbb`, 1 to 21 (WCAG 2.2, "contrast ratio"). */
export function contrastWithWhite(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((start) => Number.parseInt(color.slice(start, start + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return 1.05 / (luminance + 0.05);
}
