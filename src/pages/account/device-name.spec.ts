import { describe, expect, it } from '@jest/globals';
import { deviceName } from './device-name.js';

const webKit = 'AppleWebKit/537.36 (KHTML, like Gecko)';

describe('deviceName', () => {
  it.each([
    ['Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0', 'Firefox', 'Linux'],
    [
      `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webKit} Chrome/142.0.0.0 Safari/537.36`,
      'Chrome',
      'Windows',
    ],
    [
      `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webKit} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0`,
      'Edge',
      'Windows',
    ],
    [
      `Mozilla/5.0 (Linux; Android 15; SM-S931B) ${webKit} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36`,
      'Samsung Internet',
      'Android',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1',
      'Safari',
      'iPhone',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15',
      'Safari',
      'macOS',
    ],
    [
      `Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${webKit} Chrome/142.0.0.0 Safari/537.36`,
      'Chrome',
      'ChromeOS',
    ],
    ['okhttp/5.3.0', undefined, undefined],
    ['MyApp/3.1 (Android 15)', undefined, 'Android'],
  ])('finds browser and system of %s', (userAgent, browser, system) => {
    expect(deviceName(userAgent)).toMatchObject({ browser, system });
  });

  it('shortens the text of an unknown program to 60 characters, without cutting a character in two', () => {
    expect(deviceName('curl/8.17.0').text).toBe('curl/8.17.0');
    expect(deviceName('😀'.repeat(60)).text).toBe('😀'.repeat(60));
    expect(deviceName('😀'.repeat(61)).text).toBe(`${'😀'.repeat(59)}…`);
  });
});
