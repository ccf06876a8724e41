/** The type of a route's parameters, read from its path literal; the only clever types there are. */
import type { Convertors } from '../convertors.ts'

/**
 * The parameters of a path, by name.
 *
 * @example
 * type Params = PathParams<'/users/{id:int}/{file:path}'> // { id: number; file: string }
 */
// biome-ignore format: a table
export type PathParams<Path extends string> =
  // A path that is only known at run time can have any parameters, of any type.
  // biome-ignore lint/suspicious/noExplicitAny: handlers of such paths must be able to read them
  string extends Path                        ? Record<string, any> :
  Raw<Path> extends infer Found              ? { [Name in keyof Found]: Found[Name] } :
                                               never

/** The parameters as an intersection; the mapped type above shows them as one object. */
type Raw<Path extends string> = Path extends `${string}{${string}` ? Braces<Path> : Colons<Path>

type Nothing = Record<never, never>

// biome-ignore format: a table
type Braces<Path extends string> =
  Path extends `${string}{${infer Param}}${infer Rest}` ? Brace<Param> & Braces<Rest> : Nothing

// biome-ignore format: a table
type Brace<Param extends string> =
  Param extends `${infer Name}:${infer Kind}` ? { [Key in Name]: Converted<Kind> } :
                                                { [Key in Param]: string }

type Converted<Kind extends string> = Kind extends keyof Convertors ? Convertors[Kind] : unknown

// biome-ignore format: a table
type Colons<Path extends string> =
  Path extends `${infer Head}/${infer Tail}` ? Colon<Head> & Colons<Tail> : Colon<Path>

// biome-ignore format: a table
type Colon<Segment extends string> =
  Segment extends `:${infer Name}?` ? { [Key in Name]?: string } :
  Segment extends `:${infer Name}`  ? { [Key in Name]: string } :
  Segment extends '*'               ? { '*': string } :
                                      Nothing
