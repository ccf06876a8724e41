/** Startup and shutdown as one async generator: what is before `yield`, and what is after it. */
import { MountedLifespans } from './lifespan/mounted.ts'
import type { App, LifespanScope, Receive, Send, State } from './types.ts'

/**
 * Runs once around all requests: opens things, yields the state with them, closes them.
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
 * A generator that throws, or yields what it should not, fails the startup or the shutdown with
 * that error; one that ends without yielding has nothing to shut down.
 *
 * @param mounted The apps inside that have lifespans of their own: they start after it, in order, and
 * are stopped before it, in reverse.
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
    if (started?.done === false) adopt(scope, started.value)
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

/** If one of them fails, what has started is stopped as at the end: it is open. */
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
    await finish(running).catch(() => {})
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
    'lifespan: it must be an async generator function, but it returned no generator. Write async function* () { … yield … }.',
  )
}

/** A generator that yielded what it should not have is still open; its `finally` has work to do. */
async function close(running: AsyncGenerator<unknown, unknown, void> | undefined): Promise<void> {
  // The error that led here is the one to report.
  await running?.return(undefined).catch(() => {})
}

function adopt(scope: LifespanScope, state: unknown): void {
  if (state === undefined || state === null) return
  if (typeof state !== 'object') {
    throw new TypeError(
      `lifespan: it must yield an object or nothing, ${typeof state} was yielded. Write yield { name: value }.`,
    )
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
    'lifespan: it must yield once, but it yielded again. What comes after the first yield is the shutdown.',
  )
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? String(error)) : String(error)
}
