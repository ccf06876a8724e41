/**
 * Lets several copies of this package in one process share classes. An app and a library that it uses may
 * each have their own copy.
 */

const BRAND: unique symbol = Symbol.for('stellula.brand') as never

interface Branded {
  readonly [BRAND]?: string
}

const { isPrototypeOf: isAbove } = Object.prototype

/** The prototypes of this copy, by name. */
const PROTOTYPES = new Map<string, object>()

type Class = abstract new (...given: never) => object

/**
 * Makes `instanceof` true for instances of the same class in another copy too.
 *
 * These have the methods of their own copy, so only their public members may be used. Subclasses are
 * compared as usual.
 */
export function brand(Own: Class, name: string): void {
  const key = Symbol.for(`stellula.${name}`)
  const { prototype } = Own
  Object.defineProperties(prototype, { [key]: { value: true }, [BRAND]: { value: name } })
  Object.defineProperty(Own, Symbol.hasInstance, {
    value: function isInstance(this: unknown, value: unknown): boolean {
      if (this !== Own) return Function.prototype[Symbol.hasInstance].call(this as Class, value)
      // The prototype is checked first, because that is faster than the key.
      if (isAbove.call(prototype, value as object)) return true
      return typeof value === 'object' && value !== null && key in value
    },
  })
  PROTOTYPES.set(name, prototype)
}

/** The same as `instanceof` for a branded class, without loading its module. */
export function isOf<Instance extends object>(value: unknown, name: string): value is Instance {
  return typeof value === 'object' && value !== null && Symbol.for(`stellula.${name}`) in value
}

/**
 * Returns the prototype of this copy's class for the prototype of another copy's class. Returns other
 * prototypes unchanged.
 */
export function ownPrototype(prototype: object): object {
  const name = Object.hasOwn(prototype, BRAND) ? (prototype as Branded)[BRAND] : undefined
  return name === undefined ? prototype : (PROTOTYPES.get(name) ?? prototype)
}
