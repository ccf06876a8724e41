/** Settings that are read one by one, each with its type. */
import { check } from '../internal/checks.ts'
import type { Cast } from './casts.ts'
import { ConfigError } from './error.ts'
import { type ConfigOptions, type Source, sourceOf } from './variables.ts'

/**
 * Reads settings from the environment, then from `.env` files.
 *
 * @throws TypeError if an option is invalid; Error if a file cannot be read.
 * @example
 * const config = new Config({ prefix: 'SHOP_', values: { SHOP_PORT: '8080', SHOP_KEY: 'abc' } })
 * config.get('PORT', integer, 8000) // 8080
 * config.get('HOSTS', commaSeparated, 'localhost') // ['localhost']
 * config.get('KEY', secret) // [secret], of stellula/authentication
 */
export class Config {
  readonly #source: Source

  constructor(options: ConfigOptions = {}) {
    this.#source = sourceOf('Config', options)
  }

  /** A variable as text. @throws ConfigError if it is missing. */
  get(name: string): string
  /** A variable converted by a cast. @throws ConfigError if it is missing or the cast throws. */
  get<Value>(name: string, cast: Cast<Value>): Value
  /** A variable converted by a cast; null if it is missing. @throws ConfigError if the cast throws. */
  get<Value>(name: string, cast: Cast<Value>, fallback: null): Value | null
  /**
   * A variable converted by a cast, with a default for a missing variable. If the default is a text, the cast
   * converts it too; any other value is returned unchanged.
   *
   * @throws ConfigError if the cast throws. The cast's message must not contain a secret text.
   */
  get<Value>(name: string, cast: Cast<Value>, fallback: Value | string): Value
  get(name: string, cast: Cast<unknown> = String, fallback?: unknown): unknown {
    assertCast(cast)
    const text = this.#source.find(name) ?? fallback
    if (text === undefined) {
      throw this.#error(name, 'is missing, and has no default. Set it, or pass a default.')
    }
    if (typeof text !== 'string') return text
    try {
      return cast(text)
    } catch (cause) {
      const kind = cast.name === '' ? 'valid' : `a valid ${cast.name}`
      throw this.#error(name, `is not ${kind}. ${reasonOf(cause)}`, { cause })
    }
  }

  #error(name: string, message: string, options?: ErrorOptions): ConfigError {
    return new ConfigError('Config', [{ name: this.#source.nameOf(name), message }], options)
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : ''
}

/** Refuses `Boolean` and `Number` as casts: `Boolean('false')` is true and `Number('')` is 0. */
function assertCast(cast: unknown): void {
  const isCast = typeof cast === 'function' && cast !== Boolean && cast !== Number
  const given = typeof cast === 'function' ? cast.name : cast
  const fix = 'Use boolean, integer or number of stellula/config'
  check('Config', isCast, 'a cast must be a function that throws for invalid text', given, fix)
}
