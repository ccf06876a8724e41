/** Startup and shutdown as one async generator: the code before `yield`, and the code after it. */
import { invalid } from './internal/checks.ts'
import { MountedLifespans } from './lifespan/mounted.ts'
import type { App, LifespanScope, Receive, Send, State } from './types.ts'

/**
 * A generator function that runs around all requests: it opens resources, yields a state with them, and
 * closes them.
 *
 * @example
 * const lifespan = async function* () {
 *   const db = await connect()
 *   yield { db } // request.state.db
 *   await db.close()
 * }
 */
// biome-ignore lint/suspicious/noConfusingVoidType: a generator that yields nothing says `yield`
export type Lifespan<Yielded = State | void> = (app: App) => AsyncGenerator<Yielded, unknown, void>

/**
 * Answers the messages of a lifespan scope by running the generator.
 *
 * If the generator throws, or yields an invalid state, the startup or the shutdown fails with that
 * error. If it ends without yielding, there is nothing to shut down.
 *
 * @param mounted Returns the mounted apps with their own lifespans. They start after this one, in order,
 * and stop before it, in reverse order.
 */
export async function runLifespan(
  lifespan: Lifespan<unknown> | undefined,
  app: App,
  scope: LifespanScope,
  receive: Receive,
  send: Send,
  mounted: () => readonly App[] = () => [],
): Promise<void> {
  await receive()
  let running: AsyncGenerator<unknown, unknown, void> | undefined
  const inside = new MountedLifespans()
  try {
    running = generatorOf(lifespan, app)
    const started = await running?.next()
    if (started?.done === false) addState(scope, started.value)
    await startInside(inside, mounted(), scope, running)
  } catch (error) {
    await close(running)
    await send({ type: 'lifespan.startup.failed', message: textOf(error) })
    throw error
  }
  await send({ type: 'lifespan.startup.complete' })
  await receive()
  try {
    await inside.stop().finally(() => finish(running))
  } catch (error) {
    await send({ type: 'lifespan.shutdown.failed', message: textOf(error) })
    throw error
  }
  await send({ type: 'lifespan.shutdown.complete' })
}

/**
 * Starts the mounted apps. If one of them fails, this lifespan is stopped as at the end, because it has
 * started.
 */
async function startInside(
  inside: MountedLifespans,
  apps: readonly App[],
  scope: LifespanScope,
  running: AsyncGenerator<unknown, unknown, void> | undefined,
): Promise<void> {
  try {
    await inside.start(apps, scope)
  } catch (error) {
    await inside.giveUp()
    await finish(running).catch(() => {}) // the first error is reported
    throw error
  }
}

async function finish(running: AsyncGenerator<unknown, unknown, void> | undefined): Promise<void> {
  try {
    const ended = await running?.next()
    if (ended?.done === false) throw yieldedTwice()
  } catch (error) {
    await close(running)
    throw error
  }
}

function generatorOf(
  lifespan: Lifespan<unknown> | undefined,
  app: App,
): AsyncGenerator<unknown, unknown, void> | undefined {
  const running = lifespan?.(app)
  if (running === undefined || typeof running.next === 'function') return running
  throw new TypeError(
    'lifespan: it must be an async generator function, but it did not return a generator. Write async function* () { … yield … }.',
  )
}

/** Closes a generator. After an invalid state it is still open, and its `finally` must run. */
async function close(running: AsyncGenerator<unknown, unknown, void> | undefined): Promise<void> {
  // Its errors are ignored, because an earlier error is reported.
  await running?.return(undefined).catch(() => {})
}

const YIELD = 'Write yield { name: value }'

function addState(scope: LifespanScope, state: unknown): void {
  if (state === undefined || state === null) return
  if (typeof state !== 'object') {
    throw invalid('lifespan', 'it must yield an object or nothing', state, YIELD)
  }
  if (scope.state === undefined) {
    throw new TypeError(
      'lifespan: the server does not support "state" in the lifespan scope. Yield nothing.',
    )
  }
  Object.assign(scope.state, state)
}

function yieldedTwice(): TypeError {
  return new TypeError(
    'lifespan: it must yield once, but it yielded again. The code after the first yield is the shutdown.',
  )
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? String(error)) : String(error)
}
