/** Query parameters of a list besides those of its pages, such as `?q=tea`. */

import { invalid } from '../internal/checks.ts'
import { isThenable } from '../internal/handled.ts'
import { assertSchema, jsonSchemaOf, validate } from '../operations/schemas.ts'
import type {
  AnySchema,
  JSONSchemaConverter,
  JSONSchemaTarget,
  Schema,
  SchemaInput,
  SchemaOutput,
  SchemaResult,
} from '../types/schemas.ts'
import { type JSONSchema, membersOf, schemaOf } from './parts.ts'

export interface FilterOptions<Filters extends AnySchema = AnySchema> {
  /** The schema of an object with the other query parameters (unset: the handler gets no others). */
  filters?: Filters
}

/** The schema of a query with the parameters of pages and the filters. */
export type Filtered<Input, Output, Filters extends AnySchema> = Schema<
  Input & SchemaInput<Filters>,
  Output & SchemaOutput<Filters>
>

type Result = SchemaResult<never>

/**
 * Adds the schema of the filters, which does not get the parameters of the page. The issues of both schemas
 * are reported.
 *
 * @param names The parameters of the page.
 * @throws TypeError if the filters are not a schema, or have a parameter of the page.
 */
export function withFilters<Input, Output, Filters extends AnySchema>(
  where: string,
  own: Schema<Input, Output>,
  names: readonly string[],
  filters: Filters | undefined,
): Filtered<Input, Output, Filters> {
  if (filters === undefined) return own as Filtered<Input, Output, Filters>
  assertSchema(where, 'filters', filters)
  const { properties } = jsonSchemaOf(filters, 'input') ?? {}
  const taken = names.find((name) => Object.hasOwn(membersOf(properties), name))
  if (taken !== undefined) {
    throw invalid(where, 'filters must not name a parameter of the page', taken, 'Rename it')
  }
  return schemaOf(
    (value) => {
      const others = Object.entries(membersOf(value)).filter(([name]) => !names.includes(name))
      const page = validate(own, value)
      const rest = validate(filters, Object.fromEntries(others))
      return isThenable(page) || isThenable(rest)
        ? Promise.all([page, rest]).then((results) => joinResults(...results))
        : joinResults(page, rest)
    },
    describedWith(own, filters),
  )
}

function joinResults(page: SchemaResult<unknown>, rest: SchemaResult<unknown>): Result {
  const issues = [...(page.issues ?? []), ...(rest.issues ?? [])]
  if (page.issues !== undefined || rest.issues !== undefined) return { issues }
  return { value: { ...membersOf(rest.value), ...membersOf(page.value) } as never }
}

/** The JSON Schema of both as one object. The filters are omitted if their library cannot describe them. */
function describedWith(own: AnySchema, filters: AnySchema): JSONSchemaConverter | undefined {
  const { jsonSchema: ofPage } = own['~standard']
  const { jsonSchema: ofRest } = filters['~standard']
  if (ofPage === undefined || ofRest === undefined) return ofPage
  const side =
    (name: 'input' | 'output') =>
    (target: JSONSchemaTarget): JSONSchema => {
      const { properties, ...page } = ofPage[name](target)
      const { properties: others, ...rest } = ofRest[name](target)
      return { ...page, ...rest, properties: { ...membersOf(others), ...membersOf(properties) } }
    }
  return { input: side('input'), output: side('output') }
}
