/** Where programs are, whose they are, and how they speak. */
const harmless = /^(PATH|HOME|USER|LANG|LC_[A-Z]+|TZ)$/;

/** What a program that the service starts may have of its environment, which is full of secrets. */
export const inheritedVariables = (): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => harmless.test(name)));
