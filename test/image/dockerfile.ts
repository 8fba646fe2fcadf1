/** One instruction: `COPY --from=build a b` is `{ name: 'COPY', flags: { from: 'build' }, text: 'a b' }`. */
export interface Instruction {
  name: string;
  flags: Record<string, string>;
  text: string;
}

export interface Stage {
  name: string;
  /** An earlier stage, or an image of a registry. */
  from: string;
  instructions: Instruction[];
}

/** As much of https://docs.docker.com/reference/dockerfile/ as our own file uses; anything else is an error, not ignored. */
const known = ['COPY', 'RUN', 'WORKDIR', 'ENV', 'USER', 'EXPOSE', 'HEALTHCHECK', 'CMD'];

/** @throws Error that names an instruction it does not know */
export function parseDockerfile(text: string): Stage[] {
  const stages: Stage[] = [];
  const values: Record<string, string> = {};
  for (const line of logicalLines(text)) {
    const { name, flags, text: rest } = readInstruction(line);
    const filled = rest.replace(/\$\{(\w+)\}/g, (_, variable: string) => {
      // In commands the shell, or the program, reads the environment.
      if (name !== 'FROM') return `\${${variable}}`;
      return values[variable] ?? fail(`${variable} has no value in "${line}"`);
    });
    if (name === 'ARG' && stages.length === 0) {
      const [variable = '', value] = filled.split('=');
      values[variable] = value ?? fail(`ARG ${variable} has no default`);
    } else if (name === 'FROM') {
      const [, from = '', stage] = /^(\S+)(?: AS (\S+))?$/.exec(filled) ?? fail(`"${line}" cannot be read`);
      stages.push({ from, name: stage ?? String(stages.length), instructions: [] });
    } else if (known.includes(name)) {
      const stage = stages.at(-1) ?? fail(`"${line}" stands before the first FROM`);
      stage.instructions.push({ name, flags, text: filled });
    } else {
      fail(`"${line}": the instruction is not known here`);
    }
  }
  return stages;
}

/** `["node", "main.js"]`; a shell's form is an error, because that shell would get the signals. */
export function execForm(text: string): string[] {
  const value: unknown = text.startsWith('[') ? JSON.parse(text) : undefined;
  if (!Array.isArray(value) || !value.every((word): word is string => typeof word === 'string')) {
    throw new Error(`"${text}" is not of the exec form`);
  }
  return value;
}

/** The last instruction of that name, of the stage or else of those it is made from. */
export function lastOf(stages: readonly Stage[], stageName: string, name: string): Instruction | undefined {
  const stage = stages.find((candidate) => candidate.name === stageName);
  if (stage === undefined) return undefined;
  return (
    stage.instructions.findLast((instruction) => instruction.name === name) ??
    lastOf(stages, stage.from, name)
  );
}

function logicalLines(text: string): string[] {
  const lines = text.split('\n').filter((line) => !/^\s*(#|$)/.test(line));
  return lines.join('\n').replaceAll('\\\n', ' ').split('\n');
}

function readInstruction(line: string): Instruction {
  const [, name = '', rest = ''] = /^(\S+)\s+(.*)$/.exec(line.trim()) ?? [];
  const flags: Record<string, string> = {};
  const text = rest.replace(/^(?:--[a-z-]+=\S+\s+)+/, (all) => {
    for (const [, flag = '', value = ''] of all.matchAll(/--([a-z-]+)=(\S+)/g)) flags[flag] = value;
    return '';
  });
  return { name: name.toUpperCase(), flags, text };
}

function fail(message: string): never {
  throw new Error(`Dockerfile: ${message}`);
}
