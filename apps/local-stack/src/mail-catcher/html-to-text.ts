const entities: Record<string, string> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&nbsp;': ' ',
};

/** What a mail client without HTML shows of a mail that has no text part, such as those of Cognito. */
export const htmlToText = (html: string): string =>
  html
    .replace(/<(style|title|script)\b[^>]*>.*?<\/\1>/gis, '')
    .replace(/\s+/g, ' ')
    .replace(/<br\b[^>]*>|<\/(p|h\d|div|tr|li)>/gi, '\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&(amp|lt|gt|quot|#39|nbsp);/g, (entity) => entities[entity] ?? '')
    .replace(/ *\n */g, '\n')
    .trim();
