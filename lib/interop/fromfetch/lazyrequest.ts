/** Objects that stand in for those of fetch, and are made real when something unusual is asked of them. */

/**
 * Gives a prototype everything that a real one has, in this runtime and this version: what it does not
 * answer itself is asked of a real object, made then. `instanceof` holds, too.
 *
 * @param own The prototype of the stand-in.
 * @param real The prototype of what it stands in for.
 * @param sample A real one, for what Node up to 22 keeps in fields with symbols as names.
 * @param toReal Makes a real one of a stand-in, or gives the one that was made.
 */
export function standIn<StandIn extends object>(
  own: StandIn,
  real: object,
  sample: object,
  toReal: (standIn: StandIn) => object,
): void {
  Reflect.deleteProperty(own, 'constructor')
  Object.setPrototypeOf(own, real)
  const names = Reflect.ownKeys(real).filter((name) => !Object.hasOwn(own, name))
  for (const name of names) if (name !== 'constructor') delegate(own, real, name, toReal)
  for (const name of Object.getOwnPropertySymbols(sample)) {
    Object.defineProperty(own, name, { get: readFrom(name, toReal), configurable: true })
  }
}

function delegate<StandIn extends object>(
  own: StandIn,
  real: object,
  name: string | symbol,
  toReal: (standIn: StandIn) => object,
): void {
  const property = Object.getOwnPropertyDescriptor(real, name)
  if (property?.get !== undefined) {
    const get = readFrom(name, toReal)
    Object.defineProperty(own, name, { get, enumerable: true, configurable: true })
  } else if (typeof property?.value === 'function') {
    const method: (...args: unknown[]) => unknown = property.value
    Object.defineProperty(own, name, {
      value(this: StandIn, ...args: unknown[]): unknown {
        return method.apply(toReal(this), args)
      },
      writable: true,
      configurable: true,
    })
  }
}

function readFrom<StandIn extends object>(
  name: string | symbol,
  toReal: (standIn: StandIn) => object,
): (this: StandIn) => unknown {
  return function (this: StandIn): unknown {
    return Reflect.get(toReal(this), name)
  }
}
