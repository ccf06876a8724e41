/** Startup and shutdown as one async generator: what is before `yield`, and what is after it. */
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
 */
export async function runLifespan(
  lifespan: Lifespan<unknown> | undefined,
  app: App,
  scope: LifespanScope,
  receive: Receive,
  send: Send,
): Promise<void> {
  await receive()
  let running: AsyncGenerator<unknown, unknown, void> | undefined
  try {
    running = generatorOf(lifespan, app)
    const started = await running?.next()
    if (started?.done === false) adopt(scope, started.value)
  } catch (error) {
    await close(running)
    await send({ type: 'lifespan.startup.failed', message: textOf(error) })
    throw error
  }
  await send({ type: 'lifespan.startup.complete' })
  await receive()
  try {
    const ended = await running?.next()
    if (ended?.done === false) throw yieldedTwice()
  } catch (error) {
    await close(running)
    await send({ type: 'lifespan.shutdown.failed', message: textOf(error) })
    throw error
  }
  await send({ type: 'lifespan.shutdown.complete' })
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
