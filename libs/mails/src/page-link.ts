/**
 * The address of a hosted page, without query and credentials: a link in a mail carries nothing.
 * @param publicUrl PUBLIC_URL, which may have a path
 * @param path begins with `/`
 */
export const pageLink = (publicUrl: URL, path: string): string =>
  `${publicUrl.origin}${publicUrl.pathname.replace(/\/+$/, '')}${path}`;
