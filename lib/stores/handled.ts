/** A store whose promises may be awaited later, even if it fails. */
import { handled } from '../internal/handled.ts'
import type { Store } from './store.ts'

/** Wraps a store. If an operation fails before it is awaited, this does not end the process. */
export function handledStore(store: Store): Store {
  const { spend } = store
  return {
    ...(spend && { spend: (...given) => handled(spend.apply(store, given)) }),
    get: (key) => handled(store.get(key)),
    set: (key, value, ttl) => handled(store.set(key, value, ttl)),
    setIfAbsent: (key, value, ttl) => handled(store.setIfAbsent(key, value, ttl)),
    delete: (key) => handled(store.delete(key)),
    clear: (prefix) => handled(store.clear(prefix)),
    touch: (key, ttl) => handled(store.touch(key, ttl)),
    ttl: (key) => handled(store.ttl(key)),
    increment: (key, amount, options) => handled(store.increment(key, amount, options)),
  }
}
