/**
 * The types of Standard Schema 1.1 (https://standardschema.dev): the value of the key `~standard` in
 * schemas of zod, valibot, arktype and others. They are copied here because no package should be needed
 * for types.
 */

/** A schema of any library that follows Standard Schema. */
export interface Schema<Input = unknown, Output = Input> {
  readonly '~standard': StandardProps<Input, Output>
}

export interface StandardProps<Input = unknown, Output = Input> {
  readonly version: 1
  readonly vendor: string
  readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
  /** Never set. It only carries the types of the schema. */
  readonly types?: { readonly input: Input; readonly output: Output } | undefined
  /** Standard JSON Schema; absent if the library cannot describe its schemas. */
  readonly jsonSchema?: JSONSchemaConverter | undefined
}

/** Makes JSON Schemas of a schema: one of its input, and one of its output. It may throw. */
export interface JSONSchemaConverter {
  readonly input: (options: JSONSchemaTarget) => Record<string, unknown>
  readonly output: (options: JSONSchemaTarget) => Record<string, unknown>
}

export interface JSONSchemaTarget {
  /** The dialect, such as `draft-2020-12`. */
  readonly target: string
  readonly libraryOptions?: Record<string, unknown> | undefined
}

export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] }

export interface SchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** A schema of any types. */
// biome-ignore lint/suspicious/noExplicitAny: schemas use their types in both directions
export type AnySchema = Schema<any, any>

/** The type of the input of a schema. */
export type SchemaInput<Given extends AnySchema> = NonNullable<Given['~standard']['types']>['input']

/** The type of the output of a schema. */
export type SchemaOutput<Given extends AnySchema> = NonNullable<
  Given['~standard']['types']
>['output']
