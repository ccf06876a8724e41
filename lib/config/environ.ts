/** The environment, in which a variable must not change after it was read. */

/** Values by name, as `process.env` has them. */
type Values = Record<string, string | undefined>

/**
 * Returns a proxy that records which variables are read. If one changes afterwards, through the proxy or in
 * another way, this is an error: a part of the program still has the old value.
 */
function refuseChanges(values: Values): Values {
  const read = new Map<string, string | undefined>()
  return new Proxy(values, {
    get(target, name) {
      return typeof name === 'string' ? readIn(target, name, read) : Reflect.get(target, name)
    },
    has(target, name) {
      return typeof name === 'string'
        ? readIn(target, name, read) !== undefined
        : Reflect.has(target, name)
    },
    set(target, name, value) {
      assertUnread(name, read)
      return Reflect.set(target, name, value)
    },
    defineProperty(target, name, property) {
      assertUnread(name, read)
      return Reflect.defineProperty(target, name, property)
    },
    deleteProperty(target, name) {
      assertUnread(name, read)
      return Reflect.deleteProperty(target, name)
    },
  })
}

/** Copies all variables without marking them as read, for schemas that get the whole environment. */
export function copyOf(values: Readonly<Values>): Values {
  // Listing properties and reading descriptors does not mark them as read: the proxy has no traps for these.
  const names = Object.keys(values)
  return Object.fromEntries(
    names.map((name) => [name, Reflect.getOwnPropertyDescriptor(values, name)?.value]),
  )
}

function readIn(
  target: Values,
  name: string,
  read: Map<string, string | undefined>,
): string | undefined {
  const value = Object.hasOwn(target, name) ? target[name] : undefined
  if (!read.has(name)) read.set(name, value)
  else if (read.get(name) !== value) throw changed(name)
  return value
}

function assertUnread(name: string | symbol, read: Map<string, string | undefined>): void {
  if (typeof name === 'string' && read.has(name)) throw changed(name)
}

function changed(name: string): TypeError {
  return new TypeError(
    `environ: a variable must not change after it was read, ${JSON.stringify(name)} did. Set it before the first read, or pass the option values to Config.`,
  )
}

/**
 * A watched `process.env`: setting or deleting a variable that was read throws an error, and so does reading
 * one that has changed since. Tests set variables here, before they import the program.
 *
 * @example
 * environ.SHOP_MODE = 'test'
 * console.log(new Config({ prefix: 'SHOP_' }).get('MODE')) // test
 * try {
 *   environ.SHOP_MODE = 'production'
 * } catch (error) {
 *   console.log((error as Error).message) // environ: a variable must not change after it was read, …
 * }
 */
export const environ: Record<string, string | undefined> = refuseChanges(
  (globalThis as { process?: { env?: Values } }).process?.env ?? {},
)
