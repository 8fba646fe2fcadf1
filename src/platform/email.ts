export { canonicalEmail, emailSpellings, normaliseEmail } from '#contracts';
