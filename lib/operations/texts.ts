/** Converts texts to the types of a schema, and pairs of names and texts to objects. */
import type { Coercion, Members } from './coercion.ts'

/** The value of one name: a text, or another value of a form or a path. */
type Found = unknown

const NUMBER = /^-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/

/** Converts one value. */
export function coerced(value: unknown, wanted: Coercion | undefined): unknown {
  if (wanted?.texts === undefined || typeof value !== 'string' || wanted.texts.includes(value)) {
    return value
  }
  if (wanted.number && NUMBER.test(value)) return asNumber(value, wanted)
  if (wanted.boolean) {
    if (value === 'true' || value === '1' || value === '') return true
    if (value === 'false' || value === '0') return false
  }
  if (wanted.null && (value === '' || value === 'null')) return null
  return value
}

/** An integer that a double cannot represent exactly stays a text, because another number would be wrong. */
function asNumber(text: string, { integer }: Coercion): number | string {
  const number = Number(text)
  const isExact = integer ? Number.isSafeInteger(number) : Number.isFinite(number)
  return isExact ? number : text
}

/**
 * Converts all values of one name: to a list if the schema accepts one, otherwise to the single value.
 * Several values for a schema without a list give a list too, which the schema rejects.
 */
export function coercedAll(values: readonly Found[], wanted: Coercion | undefined): unknown {
  const items = wanted?.items
  if (items !== undefined) {
    return values.map((value, index) => coerced(value, wanted?.first[index] ?? items))
  }
  return values.length === 1
    ? coerced(values[0], wanted)
    : values.map((value) => coerced(value, wanted))
}

/**
 * Converts a list of pairs to an object. A name that occurs more than once gives a list. Names with
 * brackets, such as `filter[size]`, give objects where the schema accepts one.
 *
 * @param members The members of the schema; undefined if its library cannot describe them.
 */
export function objectOf(
  pairs: Iterable<readonly [string, Found]>,
  members: Members | undefined,
): Record<string, unknown> {
  const groups = new Map<string, Found[]>()
  for (const [name, value] of pairs) {
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [value])
    else group.push(value)
  }
  return build(groups, members)
}

/** The only alternative of a choice that accepts the texts, as far as it lists the values; else all of them. */
function chosen(
  groups: ReadonlyMap<string, Found[]>,
  all: Members | undefined,
): Members | undefined {
  const fits = ([name, wanted]: readonly [string, Coercion]): boolean => {
    const values = groups.get(name) ?? []
    return values.every((value) => wanted.only?.includes(coerced(value, wanted)) ?? true)
  }
  const fitting = all?.choices.filter(({ byName }) => [...byName].every(fits))
  return fitting?.length === 1 ? fitting[0] : all
}

function build(
  groups: ReadonlyMap<string, Found[]>,
  all: Members | undefined,
): Record<string, unknown> {
  const members = chosen(groups, all)
  const object: Record<string, unknown> = {}
  const inner = new Map<string, Map<string, Found[]>>()
  for (const [name, values] of groups) {
    const bracket = members === undefined ? -1 : name.indexOf('[')
    const outer = bracket > 0 ? name.slice(0, bracket) : name
    const wanted = members?.byName.get(outer) ?? members?.others
    if (bracket > 0 && name.endsWith(']')) {
      const key = keyIn(name, bracket)
      if (key === '' && wanted?.items !== undefined) {
        set(object, outer, coercedAll(values, wanted))
        continue
      }
      if (wanted?.members !== undefined && key !== '') {
        const group = inner.get(outer) ?? new Map<string, Found[]>()
        inner.set(outer, group.set(key, values))
        continue
      }
    }
    set(object, name, coercedAll(values, members?.byName.get(name) ?? members?.others))
  }
  for (const [name, group] of inner) {
    set(object, name, build(group, (members?.byName.get(name) ?? members?.others)?.members))
  }
  return object
}

/** Returns the key in the brackets: `b` of `a[b]`, `b[c]` of `a[b][c]`. */
function keyIn(name: string, bracket: number): string {
  const close = name.indexOf(']', bracket)
  return name.slice(bracket + 1, close) + name.slice(close + 1)
}

/** Sets a property, but ignores `__proto__`: assignment to it would change the prototype. */
export function set(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') object[name] = value
}
