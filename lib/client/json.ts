/** The type of a value after it was sent as JSON. */

type Plain = string | number | boolean | null | undefined

/** Types that JSON does not change. They are not mapped, so editors show their names. */
type Unchanged = Plain | readonly Unchanged[] | { readonly [name: string]: Unchanged }

/**
 * The type of a value after it was sent as JSON: dates, URLs and bigints are text, maps are objects, sets are
 * lists, bytes are base64, and undefined members may be missing.
 *
 * @example
 * type User = Jsonified<{ id: bigint; born: Date }> // { id: string; born: string }
 * const user: User = { id: '7', born: '1815-12-10T00:00:00.000Z' }
 */
// biome-ignore format: a table
export type Jsonified<Value> =
  unknown extends Value                                 ? Value :
  Value extends Unchanged                               ? Value :
  Value extends bigint | Uint8Array                     ? string :
  Value extends { toJSON(...given: never): infer JSON } ? Jsonified<JSON> :
  Value extends ReadonlyMap<infer Key, infer Item>      ? { [Name in Key & string]: Jsonified<Item> } :
  Value extends ReadonlySet<infer Item>                 ? Jsonified<Item>[] :
  Value extends ArrayBufferView & Iterable<infer Item>  ? Jsonified<Item>[] :
  Value extends Lost                                    ? never :
  Value extends readonly unknown[]                      ? { [Index in keyof Value]: Jsonified<Value[Index]> } :
  { [Name in keyof Value as Value[Name] extends Lost    ? never : Name]: Jsonified<Value[Name]> }

/** The types that JSON omits from objects. */
type Lost = ((...given: never) => unknown) | symbol
