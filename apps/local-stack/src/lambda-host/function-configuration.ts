import { invalidParameter } from './lambda-error.js';

/** What UpdateFunctionConfiguration can change here. */
export interface FunctionConfiguration {
  Description: string;
  Environment: { Variables: Record<string, string> };
  /** File and export. */
  Handler: string;
  MemorySize: number;
  Role: string;
  Runtime: string;
  /** Seconds. */
  Timeout: number;
  VpcConfig: { SubnetIds: string[]; SecurityGroupIds: string[] };
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isWhole = (value: unknown, least: number, most: number) =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
const areTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);

const isEnvironment = (value: unknown): boolean =>
  isObject(value) &&
  isObject(value.Variables ?? {}) &&
  Object.entries(value.Variables ?? {}).every(
    ([name, text]) => /^[a-zA-Z][a-zA-Z0-9_]+$/.test(name) && isText(text),
  );

const rules: Record<keyof FunctionConfiguration, (value: unknown) => boolean> = {
  Description: isText,
  Environment: isEnvironment,
  Handler: (value) => isText(value) && /^[^\s.]+\.[^\s.]+$/.test(value),
  MemorySize: (value) => isWhole(value, 128, 10_240),
  Role: isText,
  Runtime: (value) => isText(value) && /^nodejs\d+\.x$/.test(value),
  Timeout: (value) => isWhole(value, 1, 900),
  VpcConfig: (value) =>
    isObject(value) && areTexts(value.SubnetIds ?? []) && areTexts(value.SecurityGroupIds ?? []),
};

/** Replaces the given members as a whole, the environment too. */
export function updateConfiguration(
  old: FunctionConfiguration,
  { RevisionId: _, ...given }: Record<string, unknown>,
): FunctionConfiguration {
  const changes = Object.entries(given).filter(([, value]) => value !== null);
  for (const [name, value] of changes) {
    if (!Object.hasOwn(rules, name))
      throw invalidParameter(`The local Lambda host does not support the parameter ${name}.`);
    if (!rules[name as keyof FunctionConfiguration](value))
      throw invalidParameter(`The value of ${name} is not valid.`);
  }
  const changed = { ...old, ...(Object.fromEntries(changes) as Partial<FunctionConfiguration>) };
  return {
    ...changed,
    Environment: { Variables: changed.Environment.Variables ?? {} },
    VpcConfig: {
      SubnetIds: changed.VpcConfig.SubnetIds ?? [],
      SecurityGroupIds: changed.VpcConfig.SecurityGroupIds ?? [],
    },
  };
}
