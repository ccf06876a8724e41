/** Stand-ins for fetch objects, which create the real object only if it is needed. */

/**
 * Adds every property of the real prototype, in this runtime and version, to a prototype. Properties that it
 * does not implement itself are delegated to a real object, created on first use. `instanceof` works too.
 *
 * @param own The prototype of the stand-in.
 * @param real The prototype of the class that it stands for.
 * @param sample A real object, because Node up to 22 keeps some properties under symbols.
 * @param toReal Returns the real object of a stand-in, and creates it on the first call.
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
