/** The types of a route's parameters, inferred from its path literal. */
import type { Convertors } from '../convertors.ts'

/**
 * The parameters of a path, by name. If there are several paths, parameters that are not in all of them are
 * optional.
 *
 * @example
 * type Params = PathParams<'/users/{id:int}/{file:path}'> // { id: number; file: string }
 */
// biome-ignore format: a table
export type PathParams<Path extends string> =
  // A path that is only known at run time can have any parameters, of any type.
  // biome-ignore lint/suspicious/noExplicitAny: handlers of such paths must be able to read them
  string extends Path                        ? Record<string, any> :
  IsUnion<Path> extends true                 ? Merged<Raw<Path>> :
  Raw<Path> extends infer Found              ? { [Name in keyof Found]: Found[Name] } :
                                               never

/** Whether there are several paths. */
type IsUnion<Path, Whole = Path> = Path extends unknown
  ? [Whole] extends [Path]
    ? false
    : true
  : never

/** The parameters of several paths: those that are not in all of them are optional. */
type Merged<Found> = Shown<
  { [Name in Always<Found>]: ValueOf<Found, Name> } & {
    [Name in Exclude<KeyOf<Found>, Always<Found>>]?: ValueOf<Found, Name>
  }
>

type Shown<Found> = { [Name in keyof Found]: Found[Name] }
type KeyOf<Found> = Found extends unknown ? keyof Found : never
type Always<Found> = Exclude<KeyOf<Found>, MissingIn<Found, KeyOf<Found>>>
type MissingIn<Found, Names> = Found extends unknown
  ? Exclude<
      Names,
      {
        [Name in keyof Found]-?: Record<never, never> extends Pick<Found, Name> ? never : Name
      }[keyof Found]
    >
  : never
type ValueOf<Found, Name> = Found extends unknown
  ? Name extends keyof Found
    ? Exclude<Found[Name], undefined>
    : never
  : never

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
