/** Writes JSON values as YAML 1.2. */

/** Texts that need no quotes: they begin with a letter and contain no special characters of YAML. */
const PLAIN = /^[A-Za-z_/][A-Za-z0-9_./$-]*(?: [A-Za-z0-9_./$()-]+)*$/

/** Words that YAML 1.1 parsers read as other types. */
const WORDS = /^(?:true|false|yes|no|on|off|null|y|n)$/i

/**
 * Converts a value to YAML. Texts are quoted if YAML 1.1 or 1.2 would read them as something else. Undefined
 * values are omitted.
 *
 * @example
 * toYAML({ openapi: '3.1.1', tags: ['a', 'on'] })
 * // openapi: "3.1.1"
 * // tags:
 * //   - a
 * //   - "on"
 */
export function toYAML(value: unknown): string {
  return `${linesOf(value).join('\n')}\n`
}

function linesOf(value: unknown): string[] {
  if (Array.isArray(value) && value.length > 0) return value.flatMap(itemOf)
  const entries = entriesOf(value)
  if (entries.length === 0) return [scalar(value)]
  return entries.flatMap(([key, inner]) => {
    const name = text(key)
    if (!isNested(inner)) return [`${name}: ${scalar(inner)}`]
    return [`${name}:`, ...indented(linesOf(inner))]
  })
}

function itemOf(item: unknown): string[] {
  if (!isNested(item)) return [`- ${scalar(item)}`]
  const [first = '', ...rest] = linesOf(item)
  return [`- ${first}`, ...indented(rest)]
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`)
}

function entriesOf(value: unknown): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return []
  return Object.entries(value).filter(([, inner]) => inner !== undefined)
}

function isNested(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : entriesOf(value).length > 0
}

/** Numbers, quoted texts and empty lists are written as JSON, which is valid YAML. */
function scalar(value: unknown): string {
  return typeof value === 'string' ? text(value) : (JSON.stringify(value) ?? 'null')
}

function text(value: string): string {
  return PLAIN.test(value) && !WORDS.test(value) ? value : JSON.stringify(value)
}
