/** Stores with expiry, for sessions, rate limits and caches. */

export type { RedisClient } from './redis.ts'
export { type MemoryStoreOptions, memoryStore } from './stores/memory.ts'
export { type RedisStoreOptions, redisStore } from './stores/redis.ts'
export {
  type IncrementOptions,
  namespace,
  type SpendWindow,
  type Spent,
  type Store,
  StoreUnavailable,
} from './stores/store.ts'
