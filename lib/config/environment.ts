/** Reads the whole environment by one schema. */
import { isThenable } from '../internal/handled.ts'
import { type Coercion, membersOf } from '../operations/coercion.ts'
import { assertSchema, pathOf, validateNow } from '../operations/schemas.ts'
import { coerced } from '../operations/texts.ts'
import type { AnySchema, SchemaIssue, SchemaOutput } from '../types/schemas.ts'
import { commaSeparated } from './casts.ts'
import { ConfigError, type ConfigIssue } from './error.ts'
import { type ConfigOptions, type Source, sourceOf } from './variables.ts'

/**
 * Reads the variables that a schema names, all at once.
 *
 * If the schema expects a number, a boolean, a list or an object, the text is converted: booleans are `true`,
 * `1`, `false` or `0`, lists are separated by commas, objects are JSON. An empty variable is treated as
 * missing, unless the schema expects a text. If the schema's library cannot describe the expected types, the
 * schema gets all variables, as texts.
 *
 * @param schema A Standard Schema of an object, by names without the prefix.
 * @throws ConfigError with all variables that are missing or invalid.
 * @throws TypeError if the schema or an option is invalid, or if the schema is asynchronous.
 * @example
 * const settings = environment(
 *   z.object({ PORT: z.int().default(8000), KEY: z.string().min(3).transform(secret) }),
 *   { prefix: 'SHOP_', values: { SHOP_PORT: '8080', SHOP_KEY: 'abc' } },
 * )
 * console.log(settings.PORT, `${settings.KEY}`) // 8080 [secret]
 */
export function environment<Given extends AnySchema>(
  schema: Given,
  options: ConfigOptions = {},
): SchemaOutput<Given> {
  assertSchema('environment', 'the schema', schema)
  const source = sourceOf('environment', options)
  const members = membersOf(schema)
  const found = members === undefined || members.isOpen ? source.all() : {}
  for (const [name, wanted] of members?.byName ?? []) {
    const value = wantedValue(source.find(name), wanted)
    if (value === undefined) delete found[name]
    else found[name] = value as string // as the schema expects
  }
  const result = validateNow(schema, found)
  if (isThenable(result)) {
    throw new TypeError(
      'environment: the schema must be synchronous, a promise was returned. Move the asynchronous check to the startup.',
    )
  }
  if (result.issues !== undefined) throw errorOf(result.issues, found, source)
  return result.value as SchemaOutput<Given> // the schema's output
}

function wantedValue(text: string | undefined, wanted: Coercion): unknown {
  const { texts } = wanted
  if (text === undefined || texts === undefined || texts.includes(text)) return text
  if (text === '') return texts.length > 0 ? text : undefined
  if (wanted.items !== undefined) {
    return commaSeparated(text).map((item) => coerced(item, wanted.items))
  }
  if (wanted.members !== undefined) return parseOrKeep(text)
  return coerced(wanted.boolean ? lowerBoolean(text) : text, wanted)
}

function lowerBoolean(text: string): string {
  const lower = text.toLowerCase()
  return lower === 'true' || lower === 'false' ? lower : text
}

/** Parses JSON. Other text is returned unchanged, and fails in the schema. */
function parseOrKeep(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function errorOf(
  issues: readonly SchemaIssue[],
  found: Readonly<Record<string, unknown>>,
  source: Source,
): ConfigError {
  const told = issues.map((issue): ConfigIssue => {
    const [name, ...rest] = pathOf(issue)
    if (name === undefined) return { name: '', message: `is invalid: ${issue.message}` }
    const full = source.nameOf(String(name))
    if (!Object.hasOwn(found, name)) return { name: full, message: 'is missing.' }
    const inner = rest.length === 0 ? '' : ` at /${rest.join('/')}`
    return { name: full, message: `is invalid${inner}: ${issue.message}` }
  })
  return new ConfigError('environment', told)
}
