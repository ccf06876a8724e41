/** The stores in the memory of the primary. */
import { handledStore } from '../../stores/handled.ts'
import { memoryStore } from '../../stores/memory.ts'
import type { SpendWindow, Store } from '../../stores.ts'
import { finite, fromBase64, infinite, toBase64 } from './json.ts'
import type { Service } from './peer.ts'
import { Windows } from './windows.ts'

/** What a store may hold. */
export interface StoreLimits {
  readonly maxEntries: number
  readonly maxSize: number
}

interface SharedStore {
  readonly limits: StoreLimits
  readonly store: Required<Store>
}

/** A store of one process that also takes from sliding windows. */
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

/** The store of a name, which is made by the first that asks for it. */
export function sharedStore(name: string, limits: StoreLimits): Required<Store> {
  const known = stores.get(name)
  if (known === undefined) {
    const store = storeOf(limits)
    stores.set(name, { limits, store })
    return store
  }
  const { maxEntries, maxSize } = known.limits
  if (maxEntries !== limits.maxEntries || maxSize !== limits.maxSize) {
    // A worker of another version of the program, after SIGHUP: it had better share than fail.
    console.error(
      `clusterStore: "${name}" goes on with maxEntries ${maxEntries} and maxSize ${maxSize}. Start the primary again to change them.`,
    )
  }
  return known.store
}

/** `[name, operation, …]` */
export const answerStore: Service = ([name, operation, ...rest]) => {
  if (operation === 'open') {
    const [maxEntries, maxSize] = rest.map(infinite)
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
  if (operation === 'set') return store.set(id, fromBase64(String(first)), infinite(second))
  if (operation === 'setIfAbsent') {
    return store.setIfAbsent(id, fromBase64(String(first)), infinite(second))
  }
  if (operation === 'clear') return store.clear(id)
  if (operation === 'ttl') {
    const left = await store.ttl(id)
    return left === undefined ? 'missing' : finite(left)
  }
  if (operation === 'delete') return store.delete(id)
  if (operation === 'touch') return store.touch(id, infinite(first))
  if (operation === 'spend') return store.spend(id, Number(first), second as SpendWindow[])
  return store.increment(id, Number(first), { ttl: infinite(second), max: infinite(third) })
}
