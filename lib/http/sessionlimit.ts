/** Limits the size of a session's data, at any depth, when the data is set. */

import { encodeText } from '../internal/bytes.ts'

/**
 * Returns a view of the data. It throws if a value is set with which the data no longer fits, and the old
 * value stays. Plain objects and lists inside get a view too when they are read.
 *
 * @param measure Checks the size of the whole data, given the name that was set.
 */
export function limitedView<Data extends object>(
  data: Data,
  measure: (name: string | symbol) => void,
): Data {
  return new LimitedHandler(measure).viewOf(data)
}

/** The objects behind the views. With them no view is stored in the data. */
const TARGETS = new WeakMap<object, object>()

class LimitedHandler implements ProxyHandler<object> {
  /** One view for each object. So `data.user === data.user`. */
  readonly #views = new WeakMap<object, object>()
  readonly #measure: (name: string | symbol) => void

  constructor(measure: (name: string | symbol) => void) {
    this.#measure = measure
  }

  viewOf<Target extends object>(target: Target): Target {
    const known = this.#views.get(target)
    if (known !== undefined) return known as Target // stored below, for this target
    const view = new Proxy<Target>(target, this)
    this.#views.set(target, view)
    TARGETS.set(view, target)
    return view
  }

  get(target: object, name: string | symbol): unknown {
    const value: unknown = Reflect.get(target, name)
    if (!isPlain(value) || isFixed(target, name)) return value
    return this.viewOf(value)
  }

  set(target: object, name: string | symbol, value: unknown): boolean {
    return this.#change(target, name, () => Reflect.set(target, name, targetOf(value)))
  }

  defineProperty(target: object, name: string | symbol, property: PropertyDescriptor): boolean {
    const before = Reflect.getOwnPropertyDescriptor(target, name)
    if (before?.configurable === false) {
      return this.#change(target, name, () => Reflect.defineProperty(target, name, property))
    }
    // The property is configurable until the size is checked, so the change can be undone.
    const trial = { ...property, configurable: true }
    const final = { configurable: before !== undefined, ...property }
    const isDone = this.#change(target, name, () => Reflect.defineProperty(target, name, trial))
    return isDone && Reflect.defineProperty(target, name, final)
  }

  #change(target: object, name: string | symbol, change: () => boolean): boolean {
    const before = Reflect.getOwnPropertyDescriptor(target, name)
    const length = Array.isArray(target) ? target.length : undefined
    const isDone = change()
    try {
      this.#measure(name)
    } catch (error) {
      if (before === undefined) Reflect.deleteProperty(target, name)
      else Reflect.defineProperty(target, name, before)
      if (length !== undefined) Reflect.set(target, 'length', length)
      throw error
    }
    return isDone
  }
}

function targetOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? (TARGETS.get(value) ?? value) : value
}

/**
 * Whether the value is a plain object or a list. The methods of others, such as dates, do not work on a
 * view.
 */
function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return true
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** Whether the property cannot change. A proxy must return the value itself of such a property. */
function isFixed(target: object, name: string | symbol): boolean {
  const property = Reflect.getOwnPropertyDescriptor(target, name)
  return property?.configurable === false && property.writable === false
}

/** @throws RangeError if the text does not fit. */
export function assertSize(text: string, mostBytes: number, name?: string | symbol): void {
  // One code unit is three bytes of UTF-8 at most.
  if (text.length * 3 <= mostBytes) return
  const size = encodeText(text).byteLength
  if (size <= mostBytes) return
  const cause = name === undefined ? '' : ` with ${JSON.stringify(String(name))}`
  throw new RangeError(
    `session.data: cookies hold ${mostBytes} bytes of JSON, ${size} were given${cause}. Store sessions on the server, sessions({ store }), in up to three cookies, sessions({ chunks }), or store the data elsewhere and its key in the session.`,
  )
}
