import { readFile, stat } from 'node:fs/promises';
import type { ErrorObject } from 'ajv';
import { systemErrorCode } from '../common/errors/system-error-code.js';
import { SourceError } from './legacy-source.js';
import type { Columns, SourceFile } from './mapping.js';
import { presets } from './presets/presets.js';
import { sourceSchema } from './source-schema.js';

/** A source file as written. */
type Written = Partial<Pick<SourceFile, 'table' | 'join' | 'where'>> & {
  preset?: string;
  columns?: Partial<Columns>;
  hash?: Partial<SourceFile['hash']>;
  identifier?: Partial<SourceFile['identifier']>;
};

/** Bytes. */
const largestFile = 1_000_000;

/**
 * @param source of LEGACY_SOURCE: the name of a preset or the path of a file
 * @param table false: CSV, which has no table
 * @throws SourceError
 */
export async function readSourceFile(source: string, table = true): Promise<SourceFile> {
  if (Object.hasOwn(presets, source)) return parseSource({ preset: source }, source, table);
  const text = await readText(source);
  const { parseDocument } = await import('yaml');
  // JSON is YAML.
  const document = parseDocument(text, { prettyErrors: true });
  const [error] = document.errors;
  if (error)
    throw new SourceError([
      `${source}: line ${error.linePos?.[0].line ?? 1} is neither YAML nor JSON: ${firstLine(error.message)}`,
    ]);
  let written: unknown;
  try {
    written = document.toJS({ maxAliasCount: 100 });
  } catch {
    throw new SourceError([`${source}: the file has too many aliases`]);
  }
  return parseSource(written, source, table);
}

async function readText(path: string): Promise<string> {
  try {
    if ((await stat(path)).size > largestFile)
      throw new SourceError([`${path}: the file is larger than 1 MB`]);
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof SourceError) throw error;
    const code = systemErrorCode(error);
    const reason =
      code === 'ENOENT'
        ? `is neither a file nor a preset (${Object.keys(presets).join(', ')})`
        : `cannot be read (${code ?? 'unknown error'})`;
    throw new SourceError([`LEGACY_SOURCE: ${path} ${reason}`]);
  }
}

/**
 * Checks a source file, and adds what its preset says.
 * @param name of the file, for messages
 * @throws SourceError with a line per problem, which names the path in the file
 */
export async function parseSource(written: unknown, name: string, table = true): Promise<SourceFile> {
  const problems = await findSchemaProblems(written);
  const merged = problems.length === 0 ? merge(written as Written, name) : undefined;
  if (merged) problems.push(...findContradictions(merged, table));
  if (problems.length > 0) throw new SourceError(problems.map((problem) => `${name}: ${problem}`));
  return merged as SourceFile;
}

/** @returns a line per problem that the JSON Schema finds */
export async function findSchemaProblems(written: unknown): Promise<string[]> {
  const { Ajv2020 } = await import('ajv/dist/2020.js');
  const ajv = new Ajv2020({ allErrors: true, verbose: true, strict: true, allowUnionTypes: true });
  const validate = ajv.compile(sourceSchema);
  if (validate(written)) return [];
  const errors = validate.errors ?? [];
  // Of alternatives the whole is described, not each that does not fit.
  const wholes = new Map<string, ErrorObject>();
  for (const error of errors.filter(({ keyword }) => keyword === 'anyOf')) {
    const other = wholes.get(error.instancePath);
    if (!other || error.schemaPath.length < other.schemaPath.length) wholes.set(error.instancePath, error);
  }
  const isPart = (error: ErrorObject) =>
    [...wholes].some(
      ([path, whole]) =>
        error !== whole && (error.instancePath === path || error.instancePath.startsWith(`${path}/`)),
    );
  return [...new Set(errors.filter((error) => !isPart(error)).flatMap(describe))];
}

function describe({ keyword, instancePath, params, parentSchema, propertyName }: ErrorObject): string[] {
  const path = instancePath
    .slice(1)
    .split('/')
    .filter((part) => part !== '')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const at = (...more: string[]) => JSON.stringify([...path, ...more].join('.')).slice(1, -1) || 'the file';
  const description = String((parentSchema as { description?: string } | undefined)?.description ?? 'valid');
  // Reported with the error of the name itself.
  if (keyword === 'propertyNames') return [];
  if (propertyName !== undefined)
    return [`${at(propertyName)} must be ${description === 'valid' ? 'a valid name' : description}`];
  if (keyword === 'additionalProperties')
    return [`${at(String(params.additionalProperty))} is not a known key`];
  if (keyword === 'required') return [`${at(String(params.missingProperty))} is missing`];
  return [`${at()} must be ${description}`];
}

function merge(written: Written, file: string): SourceFile {
  const preset = written.preset === undefined ? undefined : presets[written.preset];
  const own = Object.entries(written.columns ?? {});
  const taken = new Set(own.map(([key]) => key));
  const { table = preset?.table, join = preset?.join, where = preset?.where } = written;
  return {
    name: written.preset ?? file,
    ...(table !== undefined && { table }),
    ...(join && { join }),
    ...(where && { where }),
    columns: { ...preset?.columns, ...Object.fromEntries(own) } as Columns,
    optional: {
      columns: new Set(
        Object.keys(preset?.columns ?? {}).filter((key) => !taken.has(key) && !required.includes(key)),
      ),
      joins: written.join === undefined,
    },
    hash: { scheme: 'auto', peppers: 'env', ...written.hash },
    identifier: { on_duplicate: 'refuse', ...written.identifier },
  };
}

const required = ['id', 'email', 'hash'];

/** @returns what a schema cannot say */
function findContradictions(
  { table, join = [], columns, identifier, optional }: SourceFile,
  hasTable: boolean,
): string[] {
  const problems = required
    .filter((key) => !Object.hasOwn(columns, key))
    .map((key) => `columns.${key} is missing`);
  if (hasTable && table === undefined) problems.push('table is missing');
  if (!hasTable && join.length > 0 && !optional.joins) problems.push('join is not possible for a CSV file');
  const aliases = join.map((one) => one.as);
  for (const alias of new Set(aliases.filter((one, index) => aliases.indexOf(one) !== index)))
    problems.push(`join has two tables as ${alias}`);
  if (problems.length > 0) return problems;
  const order = { refuse: undefined, newest: 'created_at', last_signed_in: 'last_sign_in_at' } as const;
  const key = order[identifier.on_duplicate];
  if (key !== undefined && (columns[key] ?? null) === null)
    problems.push(`identifier.on_duplicate is ${identifier.on_duplicate}, which needs columns.${key}`);
  return problems;
}

const firstLine = (text: string): string => text.split('\n', 1)[0]?.replace(/ at line .*$/, '') ?? '';
