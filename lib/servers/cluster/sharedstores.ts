/** The stores in the memory of the primary. */
import { handledStore } from '../../stores/handled.ts'
import { memoryStore } from '../../stores/memory.ts'
import type { SpendWindow, Store } from '../../stores.ts'
import { fromBase64, fromJSONNumber, toBase64, toJSONNumber } from './json.ts'
import type { Service } from './peer.ts'
import { Windows } from './windows.ts'

/** The limits of a store. */
export interface StoreLimits {
  readonly maxEntries: number
  readonly maxSize: number
}

interface SharedStore {
  readonly limits: StoreLimits
  readonly store: Required<Store>
}

/** A store of one process that also supports sliding windows. */
function storeOf(limits: StoreLimits): Required<Store> {
  const store = handledStore(memoryStore(limits))
  const windows = new Windows(limits.maxEntries, limits.maxSize)
  return {
    ...store,
    async clear(prefix = '') {
      windows.clear(prefix)
      await store.clear(prefix)
    },
    spend: async (...given) => windows.spend(...given),
  }
}

const stores = new Map<string, SharedStore>()

/** The store with this name, created with the first call. */
export function sharedStore(name: string, limits: StoreLimits): Required<Store> {
  const known = stores.get(name)
  if (known === undefined) {
    const store = storeOf(limits)
    stores.set(name, { limits, store })
    return store
  }
  const { maxEntries, maxSize } = known.limits
  if (maxEntries !== limits.maxEntries || maxSize !== limits.maxSize) {
    // After SIGHUP a worker may run another version of the program. Sharing with it is safer than failing.
    console.error(
      `clusterStore: "${name}" continues with maxEntries ${maxEntries} and maxSize ${maxSize}. Start the primary again to change them.`,
    )
  }
  return known.store
}

/** Answers a request `[name, operation, …]`. */
export const answerStore: Service = ([name, operation, ...rest]) => {
  if (operation === 'open') {
    const [maxEntries, maxSize] = rest.map(fromJSONNumber)
    sharedStore(String(name), { maxEntries: maxEntries ?? 0, maxSize: maxSize ?? 0 })
    return undefined
  }
  const known = stores.get(String(name))
  if (known === undefined) throw new Error(`no store is named "${name}"`)
  return operate(known.store, String(operation), rest)
}

async function operate(
  store: Required<Store>,
  operation: string,
  [key, ...rest]: readonly unknown[],
): Promise<unknown> {
  const id = String(key)
  const [first, second, third] = rest
  if (operation === 'get') {
    const value = await store.get(id)
    return value && toBase64(value)
  }
  if (operation === 'set') return store.set(id, fromBase64(String(first)), fromJSONNumber(second))
  if (operation === 'setIfAbsent') {
    return store.setIfAbsent(id, fromBase64(String(first)), fromJSONNumber(second))
  }
  if (operation === 'clear') return store.clear(id)
  if (operation === 'ttl') {
    const left = await store.ttl(id)
    return left === undefined ? 'missing' : toJSONNumber(left)
  }
  if (operation === 'delete') return store.delete(id)
  if (operation === 'touch') return store.touch(id, fromJSONNumber(first))
  if (operation === 'spend') return store.spend(id, Number(first), second as SpendWindow[])
  return store.increment(id, Number(first), {
    ttl: fromJSONNumber(second),
    max: fromJSONNumber(third),
  })
}
