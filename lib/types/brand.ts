/**
 * Classes that several copies of this package in one process have in common, as when an app and a
 * library that it uses each bring one.
 */

const BRAND: unique symbol = Symbol.for('stellula.brand') as never

interface Branded {
  readonly [BRAND]?: string
}

const { isPrototypeOf: isAbove } = Object.prototype

/** By name, the prototype that this copy has. */
const PROTOTYPES = new Map<string, object>()

type Class = abstract new (...given: never) => object

/**
 * Lets `instanceof` know the instances of the same class of another copy too.
 *
 * They have the methods of their own copy, so nothing may be read of them but what is public. What
 * extends the class is compared as usual.
 */
export function brand(Own: Class, name: string): void {
  const key = Symbol.for(`stellula.${name}`)
  const { prototype } = Own
  Object.defineProperties(prototype, { [key]: { value: true }, [BRAND]: { value: name } })
  Object.defineProperty(Own, Symbol.hasInstance, {
    value: function isInstance(this: unknown, value: unknown): boolean {
      if (this !== Own) return Function.prototype[Symbol.hasInstance].call(this as Class, value)
      // Its own first, since looking for a key takes longer than looking for a prototype.
      if (isAbove.call(prototype, value as object)) return true
      return typeof value === 'object' && value !== null && key in value
    },
  })
  PROTOTYPES.set(name, prototype)
}

/** As `instanceof`, for a class that is branded, without loading it. */
export function isOf<Instance extends object>(value: unknown, name: string): value is Instance {
  return typeof value === 'object' && value !== null && Symbol.for(`stellula.${name}`) in value
}

/** The prototype of the class that this copy has, for that of another copy; others as they are. */
export function ownPrototype(prototype: object): object {
  const name = Object.hasOwn(prototype, BRAND) ? (prototype as Branded)[BRAND] : undefined
  return name === undefined ? prototype : (PROTOTYPES.get(name) ?? prototype)
}
