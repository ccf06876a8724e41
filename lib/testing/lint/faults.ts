/** The errors of lint, and how they describe values. */
import { brand } from '../../types/brand.ts'

/** A violation of the contract; its message begins with "lint: ". */
export class LintError extends Error {
  static {
    brand(LintError, 'LintError')
  }

  constructor(fault: string) {
    super(`lint: ${fault}`)
    this.name = 'LintError'
  }
}

/** An object with unknown properties. */
export type Fields = Readonly<Record<string, unknown>>

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null
}

const LONGEST = 60

/** Describes a value for an error message: text and numbers literally, objects by their class. */
export function describe(value: unknown): string {
  if (typeof value === 'string') {
    return JSON.stringify(value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value)
  }
  if (typeof value === 'function') return 'a function'
  if (!isObject(value)) return String(value)
  if (Array.isArray(value)) return 'an array'
  const name = value.constructor?.name ?? 'Object'
  return name === 'Object' ? 'an object' : `an object (${name})`
}
