/** Checks the keys of scopes and messages, one rule for each; keys without a rule are not checked. */
import { isHeaderName, isHeaderValue } from '../../http/headers.ts'
import { describe, type Fields, isObject, LintError } from './faults.ts'

/** Returns the fault of a value as the end of a sentence that begins with its key; undefined if it is valid. */
export type Rule = (value: unknown) => string | undefined

/**
 * Checks an object against rules, in their order.
 *
 * @param where The object that is checked; the message begins with it.
 * @param advice The end of the message, unless the rule has its own.
 * @throws LintError for the first invalid key.
 */
export function checkKeys(
  where: string,
  fields: Fields,
  rules: Readonly<Record<string, Rule>>,
  advice: string,
): void {
  for (const [key, rule] of Object.entries(rules)) {
    const fault = rule(fields[key])
    if (fault === undefined) continue
    const whole = fault.endsWith('.') ? fault : `${fault}. ${advice}`
    throw new LintError(`${where}: "${key}" ${whole}`)
  }
}

/** Returns a rule from a condition. `advice` is the end of its message, and says how to fix the value. */
export function rule(be: string, holds: (value: unknown) => boolean, advice?: string): Rule {
  return (value) => {
    if (holds(value)) return undefined
    const fault = `must be ${be}, ${describe(value)} was given`
    return advice === undefined ? fault : `${fault}. ${advice}`
  }
}

/** A rule for a key that may be absent or undefined. */
export function optional(rule: Rule): Rule {
  return (value) => (value === undefined ? undefined : rule(value))
}

export const TEXT: Rule = rule('text', (value) => typeof value === 'string')
export const BOOLEAN: Rule = rule('a boolean', (value) => typeof value === 'boolean')
export const FUNCTION: Rule = rule('a function', (value) => typeof value === 'function')
export const RECORD: Rule = rule(
  'an object of names and values',
  (value) => isObject(value) && !Array.isArray(value),
)
export const BYTES: Rule = rule(
  'a Uint8Array',
  (value) => value instanceof Uint8Array,
  'Encode text with TextEncoder.',
)
export const TEXTS: Rule = rule(
  'a list of texts',
  (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
)
export const STATUS: Rule = rule(
  'an integer from 200 to 599',
  (value) => Number.isInteger(value) && Number(value) >= 200 && Number(value) <= 599,
  'Interim responses are sent by the server.',
)

/** Checks a flat header list; names and values as in RFC 9110 section 5. */
export const HEADERS: Rule = (value) => {
  if (!Array.isArray(value)) {
    return `must be a flat list of names and values, ${describe(value)} was given. Write ['x-name', 'value'], or headers.list of a Headers object.`
  }
  for (let index = 0; index < value.length; index += 2) {
    const fault = nameFault(value[index]) ?? valueFault(value[index], value, index + 1)
    if (fault !== undefined) return fault
  }
  return undefined
}

function nameFault(name: unknown): string | undefined {
  if (typeof name !== 'string') {
    return `must be a flat list of texts, ${describe(name)} was given as a name. Write ['x-name', 'value'], without pairs.`
  }
  if (!isHeaderName(name)) {
    return `has the name ${describe(name)}, which no header may have. Use letters, digits and !#$%&'*+-.^_\`|~ only.`
  }
  if (name === name.toLowerCase()) return undefined
  return `must have lower-case names, ${describe(name)} was given. Write ${describe(name.toLowerCase())}.`
}

function valueFault(name: unknown, list: readonly unknown[], index: number): string | undefined {
  if (index >= list.length) {
    return `has an odd number of entries, ${list.length}, so the last name, ${describe(name)}, has no value. Push name and value together.`
  }
  const value = list[index]
  if (typeof value !== 'string') {
    return `must have text as the value of ${describe(name)}, ${describe(value)} was given. Write String(value).`
  }
  if (isHeaderValue(value)) return undefined
  return `has a forbidden character in the value of ${describe(name)}, ${describe(value)} was given. Values are latin-1 without control characters; encode the rest.`
}
